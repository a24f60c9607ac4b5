//! Logarithmic scales: where they begin and end, and their marks.

/// Marks within a power of ten, where there are few powers.
const STEPS: [f64; 3] = [1.0, 2.0, 5.0];
/// Powers of ten from which on only they get a mark.
const POWERS_MANY: f64 = 2.5;
/// What a mark may be off by when it is compared.
const TOLERANCE: f64 = 1e-9;

/// A scale that holds these values, from mark to mark. Values that are not positive lie on its
/// lower end.
pub(super) fn bounds(values: &[f64]) -> (f64, f64) {
    let positive = || values.iter().copied().filter(|value| *value > 0.0);
    let least = positive().fold(f64::INFINITY, f64::min);
    let most = positive().fold(0.0, f64::max);
    if most <= 0.0 {
        return (1.0, 10.0);
    }
    let bottom = steps_around(least).filter(|step| *step <= least * (1.0 + TOLERANCE));
    let bottom = bottom.fold(0.0, f64::max);
    let top = steps_around(most).filter(|step| *step >= most * (1.0 - TOLERANCE));
    let top = top.fold(f64::INFINITY, f64::min);
    if top > bottom * (1.0 + TOLERANCE) { (bottom, top) } else { (bottom / 2.0, top * 2.0) }
}

/// The marks of a scale.
pub(super) fn marks(bottom: f64, top: f64) -> Vec<f64> {
    let has_many = (top / bottom).log10() > POWERS_MANY;
    let steps = if has_many { STEPS.get(..1) } else { None }.unwrap_or(&STEPS);
    let powers = whole(bottom.log10().floor())..=whole(top.log10().ceil());
    let all = powers.flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
    let inside =
        |mark: &f64| *mark >= bottom * (1.0 - TOLERANCE) && *mark <= top * (1.0 + TOLERANCE);
    all.filter(inside).collect()
}

/// A mark in few characters, such as `0.5` or `10,000`.
pub(super) fn shown(mark: f64) -> String {
    if mark < 1000.0 {
        let digits = if mark < 1.0 { 3 } else { 0 };
        let text = format!("{mark:.digits$}");
        return if mark < 1.0 { text.trim_end_matches('0').to_owned() } else { text };
    }
    let digits = format!("{mark:.0}");
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

/// The steps of the power of ten of a value, and the first of the next.
fn steps_around(value: f64) -> impl Iterator<Item = f64> {
    let power = whole(value.log10().floor());
    STEPS.into_iter().chain([10.0]).map(move |step| step * 10_f64.powi(power))
}

fn whole(power: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "a power of ten")]
    let power = power as i32;
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(ones: &[f64], others: &[f64]) -> bool {
        let close = |(one, other): (&f64, &f64)| (one / other - 1.0).abs() < 1e-6;
        ones.len() == others.len() && ones.iter().zip(others).all(close)
    }

    #[test]
    fn a_scale_begins_and_ends_at_marks() {
        let is = |values: &[f64], bottom, top| {
            let found = bounds(values);
            same(&[found.0, found.1], &[bottom, top])
        };
        assert!(is(&[0.7, 3.0, 33.0], 0.5, 50.0));
        assert!(is(&[20.0, 100.0], 20.0, 100.0), "at a mark");
        assert!(is(&[0.0, 3.0], 2.0, 5.0), "nothing has no logarithm");
        assert!(is(&[5.0], 2.5, 10.0), "one value has a scale around it");
        assert!(is(&[0.0], 1.0, 10.0));
    }

    #[test]
    fn few_powers_have_marks_between_them() {
        assert!(same(&marks(0.5, 20.0), &[0.5, 1.0, 2.0, 5.0, 10.0, 20.0]));
        assert!(same(&marks(0.5, 2000.0), &[1.0, 10.0, 100.0, 1000.0]));
    }

    #[test]
    fn marks_are_short() {
        let texts = [0.05, 0.5, 1.0, 20.0, 999.0, 1000.0, 50_000.0, 1_000_000.0].map(shown);
        assert_eq!(texts, ["0.05", "0.5", "1", "20", "999", "1,000", "50,000", "1,000,000"]);
    }
}
