//! Nodes of made-up machines: who may do what, and what is said to who may not.

use super::super::tree::tests::machine;
use super::super::user::tests::{plain, root};
use super::*;

const CDROM: u32 = 24;

fn node(mode: u32, gid: u32) -> Node {
    let group = if gid == CDROM { "cdrom" } else { "root" };
    Node {
        path: "/dev/sr0".into(),
        uid: 0,
        gid,
        owner: Owner { user: "root".into(), group: group.into(), mode },
        acl: None,
        seat: false,
        spare: false,
    }
}

fn accounts() -> Accounts {
    let (_folder, tree) = machine(&[
        ("etc/group", "root:x:0:\ncdrom:x:24:bob\n"),
        ("etc/passwd", "ann:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n"),
    ]);
    Accounts::of(&tree)
}

fn rules(group: Option<&str>) -> Rules {
    let sr = Given { group: group.map(|group| (group.into(), "x.rules".into())), seat: None };
    Rules { sr, running: true, ..Rules::default() }
}

/// Id, problem or not, text and mending line.
fn found(node: &Node, user: &User, rules: &Rules) -> (&'static str, Status, String, String) {
    let finding = check(node, user, &accounts(), rules);
    (finding.id, finding.status, finding.text, finding.mend.unwrap_or_default())
}

const JOIN: &str = "sudo usermod -aG cdrom \"$USER\"";

#[test]
fn who_is_in_the_group_may() {
    let (id, status, text, mend) = found(&node(0o660, CDROM), &plain(1000, &[CDROM]), &rules(None));
    assert_eq!((id, status, mend.as_str()), ("access", Status::Ok, ""));
    assert_eq!(text, "you may read and write it: its mode allows it");
    let (id, _, text, _) = found(&node(0o600, 0), &root(), &rules(None));
    assert_eq!((id, text.as_str()), ("access", "you may read and write it: you are root"));
}

#[test]
fn who_is_not_joins_it() {
    let (id, status, text, mend) = found(&node(0o660, CDROM), &plain(1000, &[]), &rules(None));
    assert_eq!((id, status), ("access-none", Status::Problem(Keeps::FromBoth)));
    assert_eq!(
        text,
        "no permission to open it (owner root, group cdrom, mode 0660); join the group, then log \
         in anew"
    );
    assert_eq!(mend, JOIN);
}

#[test]
fn who_has_joined_logs_in_anew() {
    let (id, status, text, mend) = found(&node(0o660, CDROM), &plain(1001, &[]), &rules(None));
    assert_eq!((id, status), ("access-not-yet", Status::Problem(Keeps::FromBoth)));
    let advice = "; you joined the group after you logged in: log in anew, or in this terminal";
    assert!(text.ends_with(advice), "{text}");
    assert_eq!(mend, "newgrp cdrom");
}

#[test]
fn a_node_that_can_only_be_read_rips_and_does_not_burn() {
    let (id, status, _, mend) = found(&node(0o664, CDROM), &plain(1000, &[]), &rules(None));
    assert_eq!((id, status), ("access-read-only", Status::Problem(Keeps::FromBurning)));
    assert_eq!(mend, JOIN);
    // Its group may only read as well: the rules give it more.
    let (id, _, _, mend) =
        found(&node(0o640, CDROM), &plain(1000, &[CDROM]), &rules(Some("cdrom")));
    assert_eq!(id, "access-read-only");
    assert_eq!(mend, "sudo udevadm trigger --settle --name-match=/dev/sr0");
}

#[test]
fn a_node_of_root_alone_is_given_to_a_group_by_the_rules() {
    let user = plain(1000, &[CDROM]);
    let (_, _, _, mend) = found(&node(0o600, 0), &user, &rules(None));
    assert_eq!(mend, mend::INSTALL_RULES);
    let (_, _, _, mend) = found(&node(0o600, 0), &user, &rules(Some("cdrom")));
    assert_eq!(mend, "sudo udevadm trigger --settle --name-match=/dev/sr0");
    // A group that this machine does not have.
    let (_, _, _, mend) = found(&node(0o600, 0), &user, &rules(Some("optical")));
    assert!(mend.starts_with("sudo groupadd --system optical && "), "{mend}");
    let without = Rules { running: false, ..rules(None) };
    let (_, _, _, mend) = found(&node(0o600, 0), &user, &without);
    assert_eq!(mend, "sudo chgrp cdrom /dev/sr0 && sudo chmod 0660 /dev/sr0");
}

#[test]
fn nobody_is_sent_into_the_group_of_all_disks() {
    let disk = Owner { user: "root".into(), group: "disk".into(), mode: 0o660 };
    let node = Node { owner: disk, ..node(0o660, 6) };
    for rules in [rules(None), rules(Some("disk"))] {
        let (id, _, _, mend) = found(&node, &plain(1000, &[]), &rules);
        assert_eq!((id, mend.as_str()), ("access-none", mend::INSTALL_RULES));
    }
}

#[test]
fn an_sg_node_is_none_of_our_needs() {
    let sg = Node { path: "/dev/sg0".into(), spare: true, ..node(0o660, CDROM) };
    let (id, status, text, _) = found(&sg, &plain(1000, &[]), &rules(None));
    assert_eq!((id, status), ("access-none", Status::Note));
    assert!(text.ends_with("; oxidisc does without"), "{text}");
}

/// As `setfacl -m u:1000:rw` leaves it: owner, user 1000, group, mask, other.
const LIST: &[u8] = &[
    2, 0, 0, 0, //
    0x01, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, //
    0x02, 0, 6, 0, 0xe8, 0x03, 0, 0, //
    0x04, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, //
    0x10, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, //
    0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, //
];

#[test]
fn an_access_control_list_is_read() {
    let list = parse(LIST).expect("a list");
    assert_eq!(list.len(), 5);
    assert_eq!(list[1], Entry { tag: 2, permissions: 6, id: 1000 });
    assert_eq!(parse(&[1, 0, 0, 0]), None);
    assert_eq!(parse(&[2, 0]), None);
}

#[test]
fn the_person_at_the_screen_may_and_others_are_told_of_it() {
    let seat = Node { acl: parse(LIST), seat: true, ..node(0o660, CDROM) };
    let (id, _, text, _) = found(&seat, &plain(1000, &[]), &rules(None));
    assert_eq!((id, text.as_str()), ("access", "you may read and write it: you sit at the screen"));
    let (id, _, text, mend) = found(&seat, &plain(1002, &[]), &rules(None));
    assert_eq!((id, mend.as_str()), ("access-none", JOIN));
    assert!(text.contains(", who sits at the screen may; join the group"), "{text}");
    // The mask takes from what the list gives.
    let mut masked = parse(LIST).expect("a list");
    masked[3].permissions = 4;
    let masked = Node { acl: Some(masked), ..node(0o640, CDROM) };
    assert_eq!(permissions(&masked, &plain(1000, &[])), (READ, true));
    assert_eq!(permissions(&masked, &plain(1002, &[CDROM])), (READ, true));
    assert_eq!(permissions(&masked, &plain(1002, &[])), (0, true));
}

#[test]
fn nodes_are_looked_at_on_disk() {
    let (_folder, tree) = machine(&[
        ("sys/block/sr0/device/type", "5\n"),
        ("dev/sr0", ""),
        ("run/udev/tags/uaccess/b0:0", ""),
    ]);
    let drives = crate::transport::scan::drives_in(&tree.roots());
    let nodes = look(&tree, &Accounts::default(), &drives[0]);
    assert_eq!(nodes.len(), 1);
    assert_eq!((nodes[0].path.as_str(), nodes[0].seat, nodes[0].spare), ("/dev/sr0", true, false));
    assert_eq!(nodes[0].owner.user, nodes[0].uid.to_string());
}
