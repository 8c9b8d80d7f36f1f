//! A table of methods as a bar chart.

/// One bar: its label, its value and whether it is ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// The method.
    pub label: String,
    /// The length.
    pub value: f64,
    /// Drawn in full colour.
    pub ours: bool,
}

/// An SVG with one group of bars for each title. Readable in light and dark pages, and as text.
#[must_use]
pub fn bars(groups: &[(String, Vec<Bar>)]) -> String {
    let rows: usize = groups.iter().map(|(_, bars)| bars.len() + 2).sum();
    let height = rows * 22 + 8;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height}\" width=\"720\" height=\"{height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"Comparison of methods\">\n\
         <style>text{{fill:#222}}.o{{fill:#0b6e6e}}.p{{fill:#9ab}}@media(prefers-color-scheme:dark){{text{{fill:#eee}}\
         .o{{fill:#4cc}}.p{{fill:#567}}}}</style>\n"
    );
    let mut y = 22;
    for (title, bars) in groups {
        svg += &format!("<text x=\"8\" y=\"{y}\" font-weight=\"600\">{}</text>\n", escaped(title));
        y += 22;
        let longest = bars.iter().map(|bar| bar.value).fold(f64::MIN_POSITIVE, f64::max);
        for bar in bars {
            let width = (bar.value / longest * 330.0).max(0.0);
            let class = if bar.ours { "o" } else { "p" };
            svg += &format!(
                "<text x=\"310\" y=\"{y}\" text-anchor=\"end\">{}</text>\
                 <rect class=\"{class}\" x=\"318\" y=\"{}\" width=\"{width:.1}\" height=\"15\"/>\
                 <text x=\"{:.1}\" y=\"{y}\">{:.3}</text>\n",
                escaped(&bar.label),
                y - 12,
                324.0 + width,
                bar.value,
            );
            y += 22;
        }
        y += 22;
    }
    svg + "</svg>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cannot_break_out() {
        let bar = Bar { label: "a<b & c".into(), value: 0.5, ours: true };
        let svg = bars(&[("HR".into(), vec![bar.clone(), Bar { value: 0.0, ours: false, ..bar }])]);
        assert!(svg.contains("a&lt;b &amp; c") && !svg.contains("a<b"));
        assert!(svg.contains("width=\"330.0\"") && svg.ends_with("</svg>\n"));
    }
}
