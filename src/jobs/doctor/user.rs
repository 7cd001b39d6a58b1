//! Who asks: the user and groups of this process, and what the account files say of them. A group
//! that was joined after the login is in the files and not yet in the process.

use nix::unistd::{Gid, Uid};

use super::tree::Tree;

/// The user of a process, by `/proc/PID/status`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// Effective user.
    pub uid: u32,
    /// Effective group and supplementary groups.
    pub groups: Vec<u32>,
    /// Effective capabilities.
    capabilities: u64,
}

/// `capabilities(7)`: reads and writes whatever the modes of files say.
const CAP_DAC_OVERRIDE: u32 = 1;

impl User {
    /// The user of process `pid`, or of this one: `self`. `None` if there is none such.
    pub fn of(tree: &Tree, pid: &str) -> Option<User> {
        let status = tree.text(&format!("proc/{pid}/status"));
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
        // Real, effective, saved, file system.
        let effective = |name| field(name)?.split_whitespace().nth(1)?.parse::<u32>().ok();
        let supplementary = field("Groups:").unwrap_or_default().split_whitespace();
        let mut groups: Vec<u32> = supplementary.filter_map(|gid| gid.parse().ok()).collect();
        groups.extend(effective("Gid:"));
        let capabilities =
            field("CapEff:").and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
        // In a user namespace of a container they do not hold for the machine's devices.
        let map = tree.text(&format!("proc/{pid}/uid_map"));
        let map: Vec<&str> = map.split_whitespace().collect();
        let contained = !matches!(map[..], [] | ["0", "0", "4294967295"]);
        Some(User {
            uid: effective("Uid:")?,
            groups,
            capabilities: capabilities.filter(|_| !contained).unwrap_or(0),
        })
    }

    /// Whether the modes of files do not matter.
    pub fn opens_all(&self) -> bool {
        self.capabilities & (1 << CAP_DAC_OVERRIDE) != 0
    }
}

/// A group, as `/etc/group` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    name: String,
    gid: u32,
    members: Vec<String>,
}

/// The users and groups of a machine.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    groups: Vec<Group>,
    /// Name, number, and number of the group of each user.
    users: Vec<(String, u32, u32)>,
    /// Where the files do not know it, the system may: LDAP and the like.
    here: bool,
}

impl Accounts {
    /// Those of a machine.
    pub fn of(tree: &Tree) -> Accounts {
        Accounts {
            groups: tree.text("etc/group").lines().filter_map(group).collect(),
            users: tree.text("etc/passwd").lines().filter_map(user).collect(),
            here: tree.is_here(),
        }
    }

    /// The user's name, or the number where there is none.
    pub fn user(&self, uid: u32) -> String {
        let listed = self.users.iter().find(|(_, number, _)| *number == uid);
        let system = || nix::unistd::User::from_uid(Uid::from_raw(uid)).ok().flatten();
        listed
            .map(|(name, _, _)| name.clone())
            .or_else(|| self.here.then(system).flatten().map(|user| user.name))
            .unwrap_or_else(|| uid.to_string())
    }

    /// The group's name, or the number where there is none.
    pub fn group(&self, gid: u32) -> String {
        self.find(gid).map_or_else(|| gid.to_string(), |group| group.name)
    }

    /// Whether there is a group of that name.
    pub fn knows(&self, name: &str) -> bool {
        self.groups.iter().any(|group| group.name == name)
            || self.here && matches!(nix::unistd::Group::from_name(name), Ok(Some(_)))
    }

    /// Whether a login makes the user a member of the group.
    pub fn is_member(&self, uid: u32, gid: u32) -> bool {
        let name = self.user(uid);
        let primary = self.users.iter().any(|(_, user, group)| (*user, *group) == (uid, gid));
        primary || self.find(gid).is_some_and(|group| group.members.contains(&name))
    }

    fn find(&self, gid: u32) -> Option<Group> {
        let system = || nix::unistd::Group::from_gid(Gid::from_raw(gid)).ok().flatten();
        let listed = self.groups.iter().find(|group| group.gid == gid).cloned();
        listed.or_else(|| {
            let group = self.here.then(system).flatten()?;
            Some(Group { name: group.name, gid, members: group.mem })
        })
    }
}

/// `group(5)`: name, password, number, members.
fn group(line: &str) -> Option<Group> {
    let mut fields = line.split(':');
    let (name, gid) = (fields.next()?.to_string(), fields.nth(1)?.parse().ok()?);
    let members = fields.next().unwrap_or_default().split(',').filter(|name| !name.is_empty());
    Some(Group { name, gid, members: members.map(String::from).collect() })
}

/// `passwd(5)`: name, password, number, number of the group, …
fn user(line: &str) -> Option<(String, u32, u32)> {
    let mut fields = line.split(':');
    Some((fields.next()?.into(), fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tree::tests::machine;
    use super::*;

    /// A user in these groups, without privilege.
    pub fn plain(uid: u32, groups: &[u32]) -> User {
        User { uid, groups: groups.to_vec(), capabilities: 0 }
    }

    /// Root.
    pub fn root() -> User {
        User { capabilities: u64::MAX, ..User::default() }
    }

    #[test]
    fn the_user_of_a_process_is_read() {
        let status = "Name:\toxidisc\nUid:\t1000\t1001\t1000\t1000\nGid:\t1000\t100\t1000\t1000\n\
                      Groups:\t24 27 \nCapEff:\t0000000000000002\n";
        let (_folder, tree) =
            machine(&[("proc/self/status", status), ("proc/self/uid_map", " 0 0 4294967295\n")]);
        let user = User::of(&tree, "self").expect("is there");
        assert_eq!((user.uid, user.groups.as_slice()), (1001, &[24, 27, 100][..]));
        assert!(user.opens_all());
        assert_eq!(User::of(&tree, "7"), None);
    }

    #[test]
    fn root_of_a_container_is_nobody_to_the_machine_s_devices() {
        let status = "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\nCapEff:\t000001ffffffffff\n";
        let map = "         0     100000      65536\n";
        let (_folder, tree) = machine(&[("proc/self/status", status), ("proc/self/uid_map", map)]);
        let user = User::of(&tree, "self").expect("is there");
        assert!(!user.opens_all());
    }

    #[test]
    fn members_are_who_is_listed_and_whose_own_group_it_is() {
        let (_folder, tree) = machine(&[
            ("etc/group", "root:x:0:\ncdrom:x:24:ann,bob\nusers:x:100:\nnonsense\n"),
            ("etc/passwd", "ann:x:1000:1000::/home/ann:/bin/sh\neve:x:1002:100:::\n"),
        ]);
        let accounts = Accounts::of(&tree);
        assert!(accounts.is_member(1000, 24) && !accounts.is_member(1002, 24));
        assert!(accounts.is_member(1002, 100) && !accounts.is_member(1000, 100));
        assert_eq!((accounts.user(1000), accounts.user(7)), ("ann".into(), "7".into()));
        assert_eq!((accounts.group(24), accounts.group(7)), ("cdrom".into(), "7".into()));
        assert!(accounts.knows("cdrom") && !accounts.knows("optical"));
    }
}
