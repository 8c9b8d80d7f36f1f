//! `cargo xtask sizes`: what a shopper downloads, and which crate is to blame.
//!
//! The bounds are checks: a build that breaks one fails. Sizes are of the compressed body; one kB is 1,000 bytes.

mod module;
mod shipped;

use crate::run::Run;
use crate::{Outcome, build, place, say};
use shipped::Role;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

/// What loader, glue, wasm and styles of any page should weigh, brotli. Printed at every build, with what is missing.
const FIRST_LOAD_AIM: usize = 40_000;

/// What they may weigh at present, brotli: only ever lowered, towards the aim. See docs/measurements.md.
const FIRST_LOAD_BOUND: usize = 93_400;

/// The inlined stub, brotli.
const STUB_BOUND: usize = 1_000;

/// One element with everything that it loads, brotli.
const ELEMENT_BOUND: usize = 6_000;

/// The one that is a page of its own: everything that is known, seen, corrected and deleted, in two languages.
const MEMORY_BOUND: usize = 8_000;

fn element_bound(name: &str) -> usize {
    if name == "wm-memory" { MEMORY_BOUND } else { ELEMENT_BOUND }
}

#[derive(Clone, Copy, Default)]
struct Size {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

impl std::ops::Add for Size {
    type Output = Size;
    fn add(self, other: Size) -> Size {
        Size { raw: self.raw + other.raw, gzip: self.gzip + other.gzip, brotli: self.brotli + other.brotli }
    }
}

struct Row {
    name: String,
    role: &'static str,
    size: Size,
}

struct Report {
    files: Vec<Row>,
    stub: Size,
    /// What a page loads before its first decision.
    decision: Size,
    /// What every page loads: the above and what follows it.
    first_load: Size,
    /// What a page loads for each element that it has, if it has only that one.
    elements: Vec<Row>,
    /// The core of the demo's book, when it has been built. Data, so not under the bound.
    book: Option<Size>,
    crates: Vec<Row>,
}

/// `cargo xtask sizes`. Builds first when something changed.
///
/// # Errors
/// When the build fails or a bound is broken.
pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    crate::known_options(arguments, &["--format", "--functions"], &[])?;
    let json = match crate::option(arguments, "--format")? {
        None | Some("table") => false,
        Some("json") => true,
        Some(other) => return Err(format!("--format is table or json, not {other}")),
    };
    let functions = match crate::option(arguments, "--functions")? {
        None => 0,
        Some(count) => count.parse().map_err(|_| format!("--functions is a number, not {count}"))?,
    };
    if !json {
        if let Err(error) = build::sdk() {
            // A module that was built says what it costs, also when the package around it was not.
            print_module(&crates()?, functions)?;
            return Err(error);
        }
    } else if !place::dist().join("package.json").exists() {
        return Err("there is no dist/ yet; run `cargo xtask build`".to_string());
    }
    let report = measure()?;
    if json {
        println!("{}", as_json(&report));
    } else {
        print_files(&report);
        print_module(&report.crates, functions)?;
    }
    check(&report)
}

fn measure() -> Outcome<Report> {
    let dist = place::dist();
    let files = shipped::files(&dist)?;
    let core = place::demo_data().join("book/book.wmb");
    let mut paths: Vec<PathBuf> = files.iter().map(|(_, path)| path.clone()).collect();
    let has_book = core.exists();
    paths.extend(has_book.then_some(core));
    let mut sizes = compress(&paths)?;
    let book = if has_book { sizes.pop() } else { None };
    let total = |wanted: Role| {
        files
            .iter()
            .zip(&sizes)
            .filter(|((role, _), _)| *role == wanted)
            .fold(Size::default(), |sum, (_, size)| sum + *size)
    };
    let (stub, decision) = (total(Role::Stub), total(Role::FirstLoad));
    let first_load = decision + total(Role::After);
    let size_of =
        |path: &PathBuf| files.iter().position(|(_, file)| file == path).map_or(Size::default(), |at| sizes[at]);
    let elements = shipped::elements(&dist)?
        .into_iter()
        .map(|(name, parts)| Row {
            name,
            role: "",
            size: parts.iter().map(size_of).fold(Size::default(), |a, b| a + b),
        })
        .collect();
    let files = files
        .iter()
        .zip(&sizes)
        .map(|((role, path), size)| Row {
            name: path.strip_prefix(&dist).unwrap_or(path).display().to_string(),
            role: role.word(),
            size: *size,
        })
        .collect();
    Ok(Report { files, stub, decision, first_load, elements, book, crates: crates()? })
}

/// What each crate costs in the module. Each is compressed alone, so the sum is a little above the whole.
fn crates() -> Outcome<Vec<Row>> {
    let Ok(module) = fs::read(build::named_module()) else { return Ok(Vec::new()) };
    let parts = module::parts(&module)?;
    let folder = place::work().join("parts");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut paths = Vec::new();
    for (position, part) in parts.iter().enumerate() {
        let path = folder.join(position.to_string());
        fs::write(&path, &part.bytes).map_err(|error| error.to_string())?;
        paths.push(path);
    }
    let sizes = compress(&paths)?;
    Ok(parts.into_iter().zip(sizes).map(|(part, size)| Row { name: part.name, role: "", size }).collect())
}

fn compress(paths: &[PathBuf]) -> Outcome<Vec<Size>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let text = Run::new("node")
        .args(["--input-type=module", "-e", include_str!("compress.mjs"), "--"])
        .args(paths)
        .capture()?;
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() != paths.len() {
        return Err("the compressor did not answer for every file".to_string());
    }
    paths
        .iter()
        .zip(lines)
        .map(|(path, line)| {
            let raw = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?.len();
            let mut numbers = line.split(' ').filter_map(|number| number.parse().ok());
            match (usize::try_from(raw), numbers.next(), numbers.next()) {
                (Ok(raw), Some(gzip), Some(brotli)) => Ok(Size { raw, gzip, brotli }),
                _ => Err(format!("the compressor answered `{line}`")),
            }
        })
        .collect()
}

fn print_files(report: &Report) {
    say::header("sizes in bytes");
    let width = report.files.iter().map(|row| row.name.len()).max().unwrap_or(0).max(24);
    let line = |name: &str, size: Size, role: &str| {
        println!(
            "   {name:<width$} {:>9} {:>9} {:>9}  {role}",
            say::bytes(size.raw),
            say::bytes(size.gzip),
            say::bytes(size.brotli)
        );
    };
    println!("   {:<width$} {:>9} {:>9} {:>9}", "", "raw", "gzip -9", "brotli 11");
    for row in &report.files {
        line(&row.name, row.size, row.role);
    }
    println!();
    let verdict = |size: Size, bound: usize| {
        let text = format!("bound {}", say::bytes(bound));
        if size.brotli <= bound { say::good(&text) } else { say::bad(&format!("{text}, broken")) }
    };
    line("stub", report.stub, &verdict(report.stub, STUB_BOUND));
    line("until the first decision", report.decision, "");
    line("first load, all of it", report.first_load, &verdict(report.first_load, FIRST_LOAD_BOUND));
    for row in &report.elements {
        line(&row.name, row.size, &verdict(row.size, element_bound(&row.name)));
    }
    let missing = report.first_load.brotli as f64 / FIRST_LOAD_AIM as f64;
    println!("   the aim for the first load is {}: it is {missing:.1} times that", say::bytes(FIRST_LOAD_AIM));
    if let Some(book) = report.book {
        line("and the demo's book core", book, "data, no bound");
    }
}

fn print_module(crates: &[Row], functions: usize) -> Outcome<()> {
    if crates.is_empty() {
        return Ok(());
    }
    say::header("what each crate costs in the module (inlined code counts where it ended up; each compressed alone)");
    println!("   {:<27} {:>9} {:>9} {:>9}", "", "raw", "gzip -9", "brotli 11");
    for Row { name, size, .. } in crates {
        let [raw, gzip, brotli] = [size.raw, size.gzip, size.brotli].map(say::bytes);
        println!("   {name:<27} {raw:>9} {gzip:>9} {brotli:>9}");
    }
    if functions > 0 {
        let module = fs::read(build::named_module()).map_err(|error| format!("the module: {error}"))?;
        say::header("its largest functions");
        for (name, size) in module::functions(&module)?.into_iter().take(functions) {
            println!("   {:>9}  {name}", say::bytes(size));
        }
    }
    Ok(())
}

fn check(report: &Report) -> Outcome<()> {
    let mut broken = String::new();
    for (name, size, bound) in [("first load", report.first_load, FIRST_LOAD_BOUND), ("stub", report.stub, STUB_BOUND)]
    {
        if size.brotli > bound {
            let _ =
                write!(broken, "the {name} is {} bytes, its bound is {}. ", say::bytes(size.brotli), say::bytes(bound));
        }
    }
    for Row { name, size, .. } in &report.elements {
        let bound = element_bound(name);
        if size.brotli > bound {
            let (size, bound) = (say::bytes(size.brotli), say::bytes(bound));
            let _ = write!(broken, "<{name}> is {size} bytes with all it loads, its bound is {bound}. ");
        }
    }
    if report.elements.is_empty() {
        broken.push_str("there are no elements in dist/. ");
    }
    if report.first_load.brotli == 0 || report.stub.brotli == 0 {
        broken.push_str("the stub or the first load was not found in dist/. ");
    }
    if broken.is_empty() { Ok(()) } else { Err(broken.trim_end().to_string()) }
}

fn as_json(report: &Report) -> String {
    let size = |size: Size| format!("\"raw\":{},\"gzip\":{},\"brotli\":{}", size.raw, size.gzip, size.brotli);
    let rows = |rows: &[Row]| {
        let rows: Vec<String> = rows
            .iter()
            .map(|row| {
                let role = if row.role.is_empty() { String::new() } else { format!("\"loaded\":\"{}\",", row.role) };
                // Names are file paths and crate names of our own making: nothing to escape.
                format!("{{\"name\":\"{}\",{role}{}}}", row.name, size(row.size))
            })
            .collect();
        rows.join(",")
    };
    let book = report.book.map_or("null".to_string(), |book| format!("{{{}}}", size(book)));
    format!(
        "{{\"files\":[{}],\"stub\":{{{},\"bound\":{STUB_BOUND}}},\"decision\":{{{}}},\"first_load\":{{{},\"bound\":{FIRST_LOAD_BOUND},\"aim\":{FIRST_LOAD_AIM}}},\"elements\":[{}],\"book_core\":{book},\"crates\":[{}]}}",
        rows(&report.files),
        size(report.stub),
        size(report.decision),
        size(report.first_load),
        rows(&report.elements),
        rows(&report.crates)
    )
}
