//! The JSON report is the contract to the letter.

use htlint::answer::{Answer, Area, Because, Person, Reason};
use serde_json::Value;

use crate::made::{Made, lockout};

#[test]
fn the_json_of_a_finding_is_the_contract_to_the_letter() {
    let text = lockout("hunter2").json_text();
    let expected = r#"{
  "version": 1,
  "diagnostics": [
    {
      "rule": "dead-hash",
      "severity": "error",
      "message": "alice cannot log in: no password fits what is stored for her",
      "help": "Set her password anew: htpasswd -B .htpasswd alice",
      "file": ".htpasswd",
      "line": 3,
      "column": 7,
      "end_line": 3,
      "end_column": 8,
      "related": [
        {
          "message": "leads to the file",
          "file": ".htaccess",
          "line": 3,
          "column": 1,
          "end_line": 3,
          "end_column": 33
        },
        {
          "message": "asks for a login",
          "file": ".htaccess",
          "line": 4,
          "column": 1,
          "end_line": 4,
          "end_column": 19
        }
      ],
      "outcome": {
        "logins": "none",
        "status": 401
      },
      "url": null,
      "fix": null,
      "label": "a bcrypt hash that lost its end",
      "why": "apr compares the whole text."
    }
  ],
  "areas": [],
  "summary": {
    "files": 2,
    "errors": 1,
    "warnings": 0,
    "notes": 0
  }
}
"#;
    assert_eq!(text, expected);
}

#[test]
fn the_json_of_an_area_is_the_contract_to_the_letter() {
    let mut made = Made::default();
    let access = made.file("/srv/site/private/.htaccess", b"AuthType Basic\nRequire valid-user\n", &[]);
    let users = made.file("/srv/elsewhere/.htpasswd", b"alice:x\nJ\xf6rg:y\n", &[b"x", b"y"]);
    let dead = Because::nowhere(Reason::EmptyPassword);
    let person = |name: &[u8], place, answer| Person { name: name.to_vec(), place, answer, given: None };
    let people = vec![
        person(b"alice", Some(made.place(users, b"alice")), Answer { status: Some(200), because: vec![dead.clone()] }),
        person(b"J\xf6rg", Some(made.place(users, b"J\xf6rg")), Answer::of(401, dead)),
        person(b"carol", None, Answer { status: None, because: Vec::new() }),
    ];
    made.0.areas.push(Area {
        server: "apache",
        host: None,
        starts: true,
        directory: Some("/srv/site/private".into()),
        path: None,
        files: Some("<Files \"admin.php\">".to_owned()),
        place: made.place(access, b"Require valid-user"),
        methods: Some(vec!["GET", "POST"]),
        realm: Some("Shop".to_owned()),
        guarded: true,
        anonymous: Answer { status: Some(401), because: Vec::new() },
        people,
        unseen: None,
        decided_by: Vec::new(),
    });
    let areas = serde_json::to_string(&made.json()["areas"]).unwrap();
    let user = |name: &str, place: &str, fate: &str| format!(r#"{{"name":"{name}",{place},{fate}}}"#);
    let expected: Value = serde_json::from_str(&format!(
        r#"[{{"host":null,"path":null,"directory":"private","file":"private/.htaccess","line":2,
        "methods":["GET","POST"],"realm":"Shop","server":"apache","anonymous":401,"users":[{},{},{}],
        "verdict":"unknown","files":"<Files \"admin.php\">"}}]"#,
        user(
            "alice",
            r#""file":"/srv/elsewhere/.htpasswd","line":1"#,
            r#""can_log_in":true,"status":200,"reason":null"#
        ),
        user(
            "J\u{fffd}rg",
            r#""file":"/srv/elsewhere/.htpasswd","line":2"#,
            r#""can_log_in":false,"status":401,"reason":"empty-password""#
        ),
        user("carol", r#""file":null,"line":null"#, r#""can_log_in":null,"status":null,"reason":null"#),
    ))
    .unwrap();
    assert_eq!(areas, serde_json::to_string(&expected).unwrap());
}
