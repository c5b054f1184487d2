//! Whether the conditions of a rule hold (modules/mappers/mod_rewrite.c, `apply_rewrite_cond`).

use super::expand::{Found, expand};
use super::lookup::Around;
use super::rule::{Condition, Rule, Test};

/// Whether all conditions hold, alternatives considered; groups of conditions go to `found`.
pub(super) fn hold(rule: &Rule, found: &mut Found, around: Around<'_>) -> bool {
    let mut conditions = rule.conditions.iter();
    while let Some(condition) = conditions.next() {
        let holds = holds(condition, found, around);
        match (condition.or_next, holds) {
            (true, false) | (false, true) => {}
            (false, false) => return false,
            (true, true) => {
                // One of the alternatives is enough.
                for skipped in conditions.by_ref() {
                    if !skipped.or_next {
                        break;
                    }
                }
            }
        }
    }
    true
}

fn holds(condition: &Condition, found: &mut Found, around: Around<'_>) -> bool {
    let known = tested(condition, found, around).map(|holds| holds != condition.negated);
    known.unwrap_or_else(|| {
        found.condition = None;
        around.lookup.ask("RewriteCond", condition.place)
    })
}

fn tested(condition: &Condition, found: &mut Found, around: Around<'_>) -> Option<bool> {
    let case = |text: &[u8]| if condition.ignore_case { text.to_ascii_lowercase() } else { text.to_vec() };
    if let Test::Expression(expression) = &condition.test {
        return around.lookup.holds(expression.as_ref()?);
    }
    let input = expand(&condition.input, found, None, around)?.text;
    match &condition.test {
        Test::Matches(pattern) => {
            let groups = pattern.as_ref()?.find(&input)?;
            let matches = groups.is_some();
            if matches && !condition.negated {
                found.condition = groups;
            }
            Some(matches)
        }
        Test::File(letter) => around.lookup.file(*letter, &input),
        Test::Url => around.lookup.url(&input),
        Test::Subrequest => around.lookup.path(&input),
        Test::Text(compared, to) if condition.ignore_case || compared.order == super::rule::Order::Same => {
            Some(compared.holds(case(&input).cmp(&case(to))))
        }
        // Longer is more, whatever it holds (`compare_lexicography`).
        Test::Text(compared, to) => Some(compared.holds(input.len().cmp(&to.len()).then_with(|| input.cmp(to)))),
        Test::Number(compared, to) => Some(compared.holds(number(&input).cmp(&number(to)))),
        Test::Expression(_) => None,
    }
}

/// The leading number, 0 if there is none (`atoi`).
fn number(text: &[u8]) -> i64 {
    let text = text.trim_ascii_start();
    let (sign, digits) = match text {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        _ => (1, text),
    };
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    sign * digits.fold(0_i64, |sum, byte| sum.saturating_mul(10).saturating_add(i64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_read_as_in_c() {
        assert_eq!(number(b" -12x"), -12);
        assert_eq!(number(b"x"), 0);
    }
}
