//! Pictures of sweeps, readable on light and on dark paper: one panel a unit.

mod scale;

use std::iter;

use plotters::coord::Shift;
use plotters::prelude::*;

use self::scale::{bounds, marks, shown};
use crate::Result;
use crate::figure::{Unit, number};
use crate::sweep::{Column, Sweep};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Pixels.
const SIZE: (u32, u32) = (960, 300);
/// Height of the row that says what is what, and the places in it.
const HEAD: i32 = 32;
const KEY_LEFT: i32 = 24;
const KEY_TOP: i32 = 14;
const KEY_GAP: i32 = 10;
/// Times the first and the last amount, for some air beside them.
const AIR: f64 = 1.15;
const PAPER: RGBColor = RGBColor(255, 255, 255);
const INK: RGBColor = RGBColor(59, 63, 70);
const GRID: RGBColor = RGBColor(208, 210, 214);
/// Lines in their order; there are no more of a unit.
const LINES: [RGBColor; 4] =
    [RGBColor(22, 104, 199), RGBColor(194, 65, 12), RGBColor(147, 51, 234), RGBColor(42, 143, 79)];
/// The same colours on dark paper: what is drawn are attributes, and a style goes before them.
const STYLE: &str = r##"<style>
  text { font-family: system-ui, sans-serif; }
  @media (prefers-color-scheme: dark) {
    [fill="#FFFFFF"] { fill: #0d1117; }
    text[fill="#3B3F46"] { fill: #c9ced6; }
    [stroke="#3B3F46"] { stroke: #c9ced6; }
    [stroke="#D0D2D6"] { stroke: #33383f; }
    [stroke="#1668C7"] { stroke: #5aa5f5; } [fill="#1668C7"] { fill: #5aa5f5; }
    [stroke="#C2410C"] { stroke: #f58b54; } [fill="#C2410C"] { fill: #f58b54; }
    [stroke="#9333EA"] { stroke: #c58bfa; } [fill="#9333EA"] { fill: #c58bfa; }
    [stroke="#2A8F4F"] { stroke: #4cc47b; } [fill="#2A8F4F"] { fill: #4cc47b; }
  }
</style>
"##;
/// A sweep as SVG.
pub(crate) fn draw(sweep: &Sweep<'_>) -> Result<String> {
    let mut svg = String::new();
    {
        let paper = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        paper.fill(&PAPER)?;
        let units = units(sweep);
        let panels = paper.split_evenly((1, units.len().max(1)));
        for (unit, panel) in units.into_iter().zip(&panels) {
            let columns = sweep.columns.iter().filter(|column| column.unit == unit);
            draw_panel(panel, sweep, unit, &columns.collect::<Vec<_>>())?;
        }
        paper.present()?;
    }
    let (start, rest) = svg.split_once(">\n").ok_or("an SVG of another shape")?;
    let of = sweep.of;
    Ok(format!("{start} role=\"img\">\n<title>Cost as {of} grow</title>\n{STYLE}{rest}"))
}

/// The units of what is drawn, one panel each. Counts are for the table.
fn units(sweep: &Sweep<'_>) -> Vec<Unit> {
    let mut units = Vec::new();
    for column in &sweep.columns {
        if column.unit != Unit::Count && !units.contains(&column.unit) {
            units.push(column.unit);
        }
    }
    units
}

/// One unit: what it is, a key of the lines, and the chart.
fn draw_panel(
    panel: &Area<'_>,
    sweep: &Sweep<'_>,
    unit: Unit,
    columns: &[&Column<'_>],
) -> Result<()> {
    let points = columns.iter().flat_map(|column| column.points());
    let (bottom, top) = bounds(&points.map(|(_, value)| value).collect::<Vec<_>>());
    let amounts: Vec<f64> = sweep.amounts.iter().map(|amount| number(*amount as u64)).collect();
    let least = amounts.iter().copied().fold(f64::INFINITY, f64::min);
    let most = amounts.iter().copied().fold(0.0, f64::max);
    let across = (least / AIR..most * AIR).log_scale().with_key_points(amounts);
    let up = (bottom..top).log_scale().with_key_points(marks(bottom, top));

    let (head, body) = panel.split_vertically(HEAD);
    draw_key(&head, unit, columns)?;
    let mut chart = ChartBuilder::on(&body)
        .margin_right(24)
        .margin_bottom(8)
        .margin_top(8)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(across, up)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .label_style(words(INK))
        .axis_desc_style(words(INK))
        .x_desc(sweep.of)
        .x_label_formatter(&|amount| shown(*amount))
        .y_label_formatter(&|value| shown(*value))
        .draw()?;
    for (column, color) in columns.iter().zip(LINES) {
        let points = column.points().into_iter().map(|(amount, value)| (amount, value.max(bottom)));
        chart.draw_series(LineSeries::new(points, color.filled().stroke_width(2)).point_size(3))?;
    }
    Ok(())
}

/// The unit, and the name of each line in its colour.
fn draw_key(head: &Area<'_>, unit: Unit, columns: &[&Column<'_>]) -> Result<()> {
    let mut left = KEY_LEFT;
    let unit = unit.to_string();
    let names = columns.iter().map(|column| column.name).zip(LINES);
    for (text, color) in iter::once((unit.trim(), INK)).chain(names) {
        head.draw(&Text::new(text, (left, KEY_TOP), words(color)))?;
        let (width, _) = head.estimate_text_size(text, &words(color))?;
        left += i32::try_from(width)? + KEY_GAP;
    }
    Ok(())
}

fn words(color: RGBColor) -> TextStyle<'static> {
    ("sans-serif", 13).into_font().color(&color)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::tests::figures;

    #[test]
    fn a_picture_names_what_it_shows() {
        let figures = figures();
        let sweeps = Sweep::all(&figures);
        let svg = draw(&sweeps[0]).unwrap();
        assert!(svg.starts_with("<svg "));
        assert!(svg.trim_end().ends_with("</svg>"));
        for text in ["ms", "p50", "p99", "rooms", "10", "100"] {
            assert!(svg.contains(&format!("\n{text}\n")), "{text}");
        }
    }

    #[test]
    fn counts_are_not_drawn() {
        let figures = figures();
        let units = Sweep::all(&figures).iter().map(units).collect::<Vec<_>>();
        assert_eq!(units, [vec![Unit::Milliseconds], vec![Unit::Milliseconds]]);
    }
}
