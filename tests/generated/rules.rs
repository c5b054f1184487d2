//! Directives on who may: Require and its sections, Order and its kin, Limit.

use proptest::prelude::*;

use super::node::{Node, Nodes, Place, Style, line, maybe, one_of, row, section, some, word};

/// The rules of one section.
pub(crate) fn rules(style: Style) -> BoxedStrategy<Nodes> {
    row(vec![
        maybe(8, line(style, "AuthGroupFile", GROUP_FILES, &["", "a b"])),
        maybe(10, line(style, "AuthMerging", &[(2, "And"), (2, "Or"), (1, "Off"), (1, "or")], &["Both", "", "And Or"])),
        maybe(8, line(style, "AuthzSendForbiddenOnFailure", &[(4, "On"), (1, "Off")], &["x"])),
        one_of(vec![
            (10, leaf(style)),
            (4, some(2..4, leaf(style))),
            (6, tree(style)),
            (3, limited(style, tree(style))),
        ]),
    ])
}

const GROUP_FILES: &[(u32, &str)] = &[
    (12, "@ROOT@/conf/groups"),
    (3, "conf/groups"),
    (1, "@ROOT@/conf/missing"),
    (1, "@ROOT@/closed/groups"),
    (1, "/dev/null"),
    (1, "@ROOT@/conf"),
];

/// A Require line; where a negated one stands alone it is an error, so it is seldom here.
fn leaf(style: Style) -> BoxedStrategy<Nodes> {
    one_of(vec![
        (20, line(style, "Require", &[(30, "valid-user"), (1, "valid-user # all"), (1, "valid-user mira")], BAD_RULES)),
        (14, line(style, "Require", USERS, BAD_RULES)),
        (8, with_groups(style, line(style, "Require", GROUPS, &["group \"%{\""]))),
        (5, line(style, "Require", &[(4, "all granted"), (2, "all denied"), (1, "all Granted")], BAD_ALL)),
        (5, line(style, "Require", ADDRESSES, BAD_ADDRESSES)),
        (2, line(style, "Require", METHODS, &["method get", "method FOO BAR"])),
        (2, line(style, "Require", &[(2, "env crew"), (1, "env night"), (1, "env !crew"), (1, "env")], &[])),
        (3, line(style, "Require", EXPRESSIONS, &["expr", "expr %{X", "expr 1 ==", "expr %{REMOTE_USER} ="])),
        (1, line(style, "Require", &[(2, "file-owner"), (1, "file-group"), (1, "file-owner x")], &[])),
        (2, line(style, "Require", &[(2, "crewrule"), (1, "crewrule x")], &["unknownrule", "CrewRule"])),
        (1, line(style, "Require", &[(1, "host crew.test"), (1, "forward-dns localhost"), (1, "host localhost")], &[])),
    ])
}

const BAD_RULES: &[&str] = &[
    "",
    "User mira",
    "Valid-User",
    "valid_user",
    "users mira",
    "!user mira",
    "not user mira",
    "not valid-user",
    "user \"%{X\"",
    "ldap-user mira",
    "ssl",
    "not",
    "unix-group crew",
];
const BAD_ALL: &[&str] =
    &["all", "all granted # yes", "all \"granted\"", "all allowed", "all granted denied", "ALL granted"];
const USERS: &[(u32, &str)] = &[
    (8, "user mira"),
    (5, "user mira olaf"),
    (2, "user olaf pia tjark"),
    (1, "user \"mira\""),
    (1, "user mira, olaf"),
    (1, "user mira,olaf"),
    (1, "user nobody-here"),
    (1, "user mira # not olaf"),
    (1, "user zo\u{eb}"),
    (1, "user \"ann b\""),
    (1, "user ann b"),
    (1, "user CREW\\mira"),
    (1, "user MIRA"),
    (1, "user *"),
    (1, "user"),
    (1, "user %{HTTP:X-Crew}"),
    (1, "user mira %{HTTP_HOST}"),
    (1, "user guest"),
];
const GROUPS: &[(u32, &str)] = &[
    (8, "group watch"),
    (3, "group watch deck"),
    (2, "group deck"),
    (1, "group WATCH"),
    (1, "group idle"),
    (1, "group # deck"),
    (1, "group nobody"),
    (1, "group"),
    (1, "group %{HTTP:X-Crew}"),
    (1, "group \"the deck\""),
];
const ADDRESSES: &[(u32, &str)] = &[
    (6, "ip 127.0.0.1"),
    (2, "ip 192.0.2.7"),
    (2, "ip 127"),
    (2, "ip 10.0.0.0/8 127.0.0.0/8"),
    (1, "ip 127.0.0.0/255.0.0.0"),
    (1, "ip 2001:db8::/32"),
    (1, "ip ::1"),
    (1, "ip 127.1"),
    (1, "ip 126.0.0.0/7"),
    (1, "ip 128.0.0.0/1 10."),
    (2, "local"),
];
const BAD_ADDRESSES: &[&str] = &[
    "ip",
    "ip 127/8",
    "ip 0.0.0.0/0",
    "ip 256.1.1.1",
    "ip 127.0.0.1, 10.0.0.1",
    "ip localhost",
    "ip 127.0.0.1 # us",
    "ip ::ffff:127.0.0.1",
    "ip 127.0.0.1/33",
    "ip [::1]",
    "ip 127.0.0.*",
];
const METHODS: &[(u32, &str)] =
    &[(3, "method GET"), (2, "method GET POST"), (1, "method POST"), (1, "method OPTIONS PUT"), (1, "method")];
const EXPRESSIONS: &[(u32, &str)] = &[
    (2, "expr true"),
    (2, "expr false"),
    (2, "expr %{REMOTE_USER} == 'mira'"),
    (2, "expr \"%{REMOTE_USER} =~ /^mi/\""),
    (2, "expr %{REQUEST_METHOD} == 'GET'"),
    (1, "expr %{REQUEST_URI} =~ m#^/private#"),
    (1, "expr -z %{QUERY_STRING}"),
    (1, "expr %{HTTP:X-Crew} == 'yes' || %{REMOTE_USER} == 'olaf'"),
    (1, "expr !(%{HTTP_HOST} == 'localhost')"),
    (1, "expr %{REMOTE_ADDR} -ipmatch '127.0.0.0/8'"),
    (1, "expr -R '127.0.0.0/8'"),
    (1, "expr %{HTTP_USER_AGENT} in { 'sail', 'oar' }"),
    (1, "expr -n reqenv('crew')"),
    (1, "expr toupper(%{REMOTE_USER}) == 'MIRA'"),
    (1, "expr -f '@ROOT@/conf/crew'"),
    (1, "expr %{TIME_HOUR} -ge 0"),
    (1, "expr 3 -lt 12"),
    (1, "expr '10' < '9'"),
    (1, "expr %{HTTPS} == 'on'"),
    (1, "expr md5('a') == '0cc175b9c0f1b6a831c399e269772661'"),
    (1, "expr 'mira' -strcmatch 'MI*'"),
    (1, "expr %{THE_REQUEST} =~ /HTTP.1/"),
    (1, "expr file('@ROOT@/conf/word') =~ /tide/"),
];

fn with_groups(style: Style, rule: BoxedStrategy<Nodes>) -> BoxedStrategy<Nodes> {
    row(vec![maybe(80, line(style, "AuthGroupFile", GROUP_FILES, &[])), rule])
}

/// Sections of rules in one another; the outermost stands under an implicit RequireAny.
fn tree(style: Style) -> BoxedStrategy<Nodes> {
    // What is refused in a main config is seldom there.
    let wrong = if style.place == Place::Main { 0 } else { 1 };
    let inner = leaf(style).prop_recursive(2, 8, 3, move |inner| {
        let any = some(
            usize::from(style.place == Place::Main)..4,
            one_of(vec![(40, inner.clone()), (wrong, negated(style))]),
        );
        let all = row(vec![inner.clone(), some(0..3, one_of(vec![(3, inner.clone()), (1, negated(style))]))]);
        one_of(vec![
            (4, section(word(&[(4, "RequireAny"), (1, "requireany")]), any)),
            (4, section(word(&[(4, "RequireAll"), (1, "requireall")]), all)),
            (1, limited(style, inner)),
        ])
    });
    let all = row(vec![leaf(style), some(0..3, one_of(vec![(4, inner.clone().boxed()), (2, negated(style))]))]);
    one_of(vec![
        (4, section(Just("RequireAll".to_owned()).boxed(), all)),
        (3, section(Just("RequireAny".to_owned()).boxed(), row(vec![leaf(style), some(0..3, positive(style))]))),
    ])
}

fn positive(style: Style) -> BoxedStrategy<Nodes> {
    let all = row(vec![leaf(style), maybe(50, negated(style)), maybe(40, leaf(style))]);
    one_of(vec![(6, leaf(style)), (3, section(Just("RequireAll".to_owned()).boxed(), all))])
}

/// `Require not` and `<RequireNone>`, which make sense below an All only.
fn negated(style: Style) -> BoxedStrategy<Nodes> {
    let none = section(Just("RequireNone".to_owned()).boxed(), some(1..3, leaf(style)));
    let not = leaf(style).prop_map(|nodes| nodes.into_iter().map(negate).collect()).boxed();
    one_of(vec![(3, not), (1, none)])
}

fn negate(node: Node) -> Node {
    match node {
        Node::Line(line) => Node::Line(line.replacen("Require ", "Require not ", 1)),
        section @ Node::Section(..) => section,
    }
}

/// Rules for some methods only.
pub(crate) fn limited(style: Style, body: BoxedStrategy<Nodes>) -> BoxedStrategy<Nodes> {
    let good = word(&[
        (5, "Limit GET POST"),
        (2, "Limit GET"),
        (2, "Limit POST PUT DELETE"),
        (2, "LimitExcept GET"),
        (2, "LimitExcept GET POST OPTIONS"),
        (1, "LimitExcept OPTIONS"),
        (1, "Limit PROPFIND PATCH"),
        (1, "LimitExcept HEAD"),
    ]);
    if style.place == Place::Main {
        return section(good, body);
    }
    let bad =
        word(&[(1, "Limit get"), (1, "Limit GET,POST"), (1, "Limit TRACE"), (1, "LimitExcept"), (1, "Limit BREW")]);
    one_of(vec![(8, section(good, body.clone())), (1, section(bad, body))])
}

/// Order, Allow, Deny, Satisfy.
pub(crate) fn addresses(style: Style) -> BoxedStrategy<Nodes> {
    let froms: &'static [(u32, &'static str)] = &[
        (6, "from all"),
        (3, "from 127.0.0.1"),
        (2, "from 10.0.0.0/8"),
        (1, "from 127.0.0"),
        (1, "from env=crew"),
        (1, "from env=!crew"),
        (1, "from 192.0.2.1 127.0.0.0/8"),
        (1, "from 127.0.0.0/255.0.0.0"),
        (1, "From All"),
    ];
    let bad: &'static [&'static str] = &["all", "from", "from all # x", "from 127/8", "from 0.0.0.0/0", "127.0.0.1"];
    let orders: &'static [(u32, &'static str)] =
        &[(4, "allow,deny"), (4, "deny,allow"), (1, "Deny,Allow"), (1, "mutual-failure"), (1, "Allow,Deny")];
    let whole = row(vec![
        maybe(70, line(style, "Order", orders, &["allow, deny", "allow", "allow,deny # x", ""])),
        maybe(60, line(style, "Deny", froms, bad)),
        maybe(50, line(style, "Allow", froms, bad)),
        maybe(45, line(style, "Satisfy", &[(5, "Any"), (2, "All"), (1, "any")], &["Both", "", "Any # x"])),
    ]);
    one_of(vec![(8, whole.clone()), (1, limited(style, whole))])
}

/// `<AuthzProviderAlias>` of a main config.
pub(crate) fn rule_aliases(style: Style) -> BoxedStrategy<Nodes> {
    let open = word(&[
        (10, "AuthzProviderAlias user crewrule mira"),
        (6, "AuthzProviderAlias group crewrule watch"),
        (3, "AuthzProviderAlias ip crewrule \"127.0.0.1 10.0.0.1\""),
        (2, "AuthzProviderAlias user crewrule mira olaf"),
        (2, "AuthzProviderAlias valid-user crewrule \"\""),
        (1, "AuthzProviderAlias expr crewrule \"%{REMOTE_USER} == 'mira'\""),
        (1, "AuthzProviderAlias all crewrule granted"),
    ]);
    let bad = word(&[
        (1, "AuthzProviderAlias nothing crewrule x"),
        (1, "AuthzProviderAlias user user mira"),
        (1, "AuthzProviderAlias user crewrule"),
        (1, "AuthzProviderAlias ip crewrule 300.1.1.1"),
    ]);
    let body = maybe(70, line(style, "AuthGroupFile", GROUP_FILES, &[]));
    one_of(vec![(200, section(open, body.clone())), (1, section(bad, body))])
}
