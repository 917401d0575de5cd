//! Quantities of Kubernetes: `4`, `3920m`, `16393244Ki`, `1.5Gi`, `12e6`.

/// The value in whole units, rounded down; none if it is no quantity.
pub fn quantity(text: &str) -> Option<u64> {
    let text = text.trim();
    let units: [(&str, f64); 14] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
    ];
    let unit = units
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)));
    let (number, factor) = unit.unwrap_or((text, 1.0));
    if !number.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let value = number.parse::<f64>().ok()? * factor;
    (value.is_finite() && value >= 0.0).then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::quantity;

    #[test]
    fn units_are_read() {
        for (text, value) in [
            ("4", 4),
            ("3920m", 3),
            ("16393244Ki", 16_786_681_856),
            ("1.5Gi", 1_610_612_736),
            ("12e6", 12_000_000),
            ("512M", 512_000_000),
        ] {
            assert_eq!(quantity(text), Some(value), "{text}");
        }
        for text in ["", "Ki", "-1", "inf", "nan", "4 cores"] {
            assert_eq!(quantity(text), None, "{text}");
        }
    }
}
