//! Whether the user may read and write a drive's nodes: owner, group, mode, access control list,
//! and the tag by which udev gives a device to who sits at the screen. The kernel's own rules for
//! that: path_resolution(7), acl(5). Opens nothing.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::finding::{Finding, Keeps, Status, Subject};
use super::tree::Tree;
use super::udev::{Given, Rules};
use super::user::{Accounts, User};
use crate::transport::open_error::{OpenError, Owner};
use crate::transport::{mend, scan::DriveEntry};

/// A node, and to whom it belongs.
#[derive(Clone, Debug)]
pub struct Node {
    /// `/dev/sr0`.
    path: String,
    uid: u32,
    gid: u32,
    /// The same in names.
    owner: Owner,
    /// Its access control list, if it has one.
    acl: Option<Vec<Entry>>,
    /// Whether udev gives it to who sits at the screen.
    seat: bool,
    /// Whether the drive can be used without it.
    spare: bool,
}

/// An entry of an access control list, as the kernel keeps it in `system.posix_acl_access`
/// (include/uapi/linux/posix_acl_xattr.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    tag: u16,
    permissions: u16,
    id: u32,
}

const ACL_VERSION: u32 = 2;
const USER: u16 = 0x02;
const GROUP_OBJ: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const OTHER: u16 = 0x20;

const READ: u32 = 4;
const WRITE: u32 = 2;

/// The nodes of a drive that are there.
pub fn look(tree: &Tree, accounts: &Accounts, drive: &DriveEntry) -> Vec<Node> {
    let sg = drive.sg_path.as_ref().filter(|sg| **sg != drive.path);
    let nodes = [Some(&drive.path), sg].into_iter().flatten();
    nodes.filter_map(|path| node(tree, accounts, path, *path != drive.path)).collect()
}

fn node(tree: &Tree, accounts: &Accounts, path: &Path, spare: bool) -> Option<Node> {
    let meta = fs::metadata(path).ok()?;
    let owner = Owner {
        user: accounts.user(meta.uid()),
        group: accounts.group(meta.gid()),
        mode: meta.mode() & 0o7777,
    };
    let kind = if spare || path.file_name()?.to_str()?.starts_with("sg") { 'c' } else { 'b' };
    let (major, minor) = (libc::major(meta.rdev()), libc::minor(meta.rdev()));
    let tag = format!("run/udev/tags/uaccess/{kind}{major}:{minor}");
    Some(Node {
        path: tree.shown(path),
        uid: meta.uid(),
        gid: meta.gid(),
        owner,
        acl: access_list(path),
        seat: tree.has(&tag),
        spare,
    })
}

fn access_list(path: &Path) -> Option<Vec<Entry>> {
    // Room for a hundred entries; a node has four or five.
    let mut value = [0_u8; 804];
    let length = rustix::fs::getxattr(path, "system.posix_acl_access", &mut value[..]).ok()?;
    parse(value.get(..length)?)
}

/// A version, then a tag, permissions and a number each, all little-endian.
fn parse(value: &[u8]) -> Option<Vec<Entry>> {
    let (version, entries) = value.split_first_chunk::<4>()?;
    (u32::from_le_bytes(*version) == ACL_VERSION).then(|| {
        let entry = |bytes: &[u8]| Entry {
            tag: u16::from_le_bytes([bytes[0], bytes[1]]),
            permissions: u16::from_le_bytes([bytes[2], bytes[3]]),
            id: u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]),
        };
        entries.chunks_exact(8).map(entry).collect()
    })
}

/// The permissions that the user has, `rwx` as in a mode, and whether the list gave them.
fn permissions(node: &Node, user: &User) -> (u32, bool) {
    let mode = node.owner.mode;
    if user.opens_all() {
        return (READ | WRITE, false);
    }
    if user.uid == node.uid {
        return (mode >> 6 & 7, false);
    }
    if let Some(acl) = &node.acl {
        return (listed(acl, node, user), true);
    }
    if user.groups.contains(&node.gid) {
        return (mode >> 3 & 7, false);
    }
    (mode & 7, false)
}

fn listed(acl: &[Entry], node: &Node, user: &User) -> u32 {
    let of = |tag: u16| acl.iter().filter(move |entry| entry.tag == tag);
    let mask = of(MASK).next().map_or(7, |entry| u32::from(entry.permissions));
    if let Some(own) = of(USER).find(|entry| entry.id == user.uid) {
        return u32::from(own.permissions) & mask;
    }
    let owning = of(GROUP_OBJ).filter(|_| user.groups.contains(&node.gid));
    let named = of(GROUP).filter(|entry| user.groups.contains(&entry.id));
    let groups: Vec<u32> = owning.chain(named).map(|entry| entry.permissions.into()).collect();
    match groups.iter().max_by_key(|permissions| *permissions & (READ | WRITE)) {
        Some(most) => most & mask,
        None => of(OTHER).next().map_or(0, |entry| entry.permissions.into()),
    }
}

/// What the user may do with a node, and what gives the rest.
pub fn check(node: &Node, user: &User, accounts: &Accounts, rules: &Rules) -> Finding {
    let (allowed, by_list) = permissions(node, user);
    let subject = Subject::Drive(node.path.clone());
    if allowed & (READ | WRITE) == READ | WRITE {
        let by = match () {
            () if by_list && node.seat => "you sit at the screen",
            () if by_list => "its access control list names you",
            () if user.opens_all() => "you are root",
            () => "its mode allows it",
        };
        let text = format!("you may read and write it: {by}");
        return Finding::new("access", Status::Ok, subject, text);
    }
    let (path, owner) = (node.path.clone().into(), node.owner.clone());
    let (id, error, keeps) = if allowed & READ != 0 {
        ("access-read-only", OpenError::ReadOnly { path, owner }, Keeps::FromBurning)
    } else {
        ("access-none", OpenError::Permission { path, owner }, Keeps::FromBoth)
    };
    let joined = accounts.is_member(user.uid, node.gid) && !user.groups.contains(&node.gid);
    let (id, advice, mending) = match error.mend() {
        Some(_) if joined => (
            "access-not-yet",
            "you joined the group after you logged in: log in anew, or in this terminal",
            format!("newgrp {}", node.owner.group),
        ),
        Some(join) => (id, "join the group, then log in anew", join),
        None => (id, "give it to a group", let_udev(node, accounts, rules)),
    };
    let mut text = error.to_string().replace(&node.path, "it");
    if node.seat && !joined {
        text += ", who sits at the screen may";
    }
    let (status, advice) = match node.spare {
        true => (Status::Note, "oxidisc does without"),
        false => (Status::Problem(keeps), advice),
    };
    Finding::new(id, status, subject, format!("{text}; {advice}")).mend(mending)
}

/// Where no group has the node: the rules that would give it to one, or else a hand.
fn let_udev(node: &Node, accounts: &Accounts, rules: &Rules) -> String {
    const OURS: &str = "cdrom";
    let path = &node.path;
    let found = |given: &Given| given.group.as_ref().map(|(group, _)| group.clone());
    let joinable = |group: &String| mend::may_be_joined(group);
    let given = found(if path.contains("/sg") { &rules.sg } else { &rules.sr }).filter(joinable);
    let group = given.clone().unwrap_or_else(|| OURS.into());
    let create = match accounts.knows(&group) {
        true => String::new(),
        false => format!("sudo groupadd --system {group} && "),
    };
    let give = match (rules.running, given) {
        (false, _) => format!("sudo chgrp {group} {path} && sudo chmod 0660 {path}"),
        // Somebody changed the node since.
        (true, Some(_)) => format!("sudo udevadm trigger --settle --name-match={path}"),
        (true, None) => mend::INSTALL_RULES.to_string(),
    };
    format!("{create}{give}")
}

#[cfg(test)]
#[path = "nodes_tests.rs"]
mod tests;
