//! Two languages for one question.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// `Order`, `Allow`, `Deny` or `Satisfy` (of Apache 2.2) in the same place as `Require`.
    ///
    /// ## What the server does
    ///
    /// Both must agree, unless `Satisfy Any` stands there. They are inherited by different rules: a single
    /// `Satisfy` in a folder makes all `Order`, `Allow` and `Deny` of the folders above void, and `Require all
    /// granted` does not lift a `Deny from all`. Without mod_access_compat these directives are unknown, and every
    /// request gets 500 (Internal Server Error). A refusal by address is logged as AH01797, one by `Require` as
    /// AH01630.
    ///
    /// ## Example
    ///
    /// ```apache
    /// Order deny,allow
    /// Allow from all
    /// Require valid-user
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// Require valid-user
    /// ```
    id: "mixed-access-control",
    severity: Note,
    title: "Order, Allow or Deny beside Require",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "and this beside it", |noted| {
        let Remark::MixedAccessControl = noted.remark else { return None };
        let words = Words {
            message: "directives of Apache 2.2 (Order, Allow, Deny, Satisfy) stand beside Require".to_owned(),
            label: "the old language".to_owned(),
            why: "Both decide, and they are inherited by different rules: what holds in a folder is hard to tell."
                .to_owned(),
            help: "Write all rules with Require: `Require all denied` for `Deny from all`, `Require ip` \
                 for `Allow from`."
                .to_owned(),
        };
        Some((RULE.severity, words))
    });
}
