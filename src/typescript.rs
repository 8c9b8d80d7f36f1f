//! The TypeScript declarations of what the page receives, made from [`crate::view`] and kept in
//! `pkg-template/src/shapes.ts`, so that a changed shape is seen as a changed file.
//!
//! `UPDATE_TYPES=1 cargo test -p wellmet --lib typescript` writes the file anew.

/// One struct of [`crate::view`].
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// Its comment, as attributes.
    pub(crate) about: &'static [&'static str],
    /// Comment, property, type in Rust.
    pub(crate) properties: &'static [(&'static [&'static str], &'static str, &'static str)],
}

const HEAD: &str = "/**
 * What the engine gives the page: plain data, one interface each.
 *
 * Made from `src/view.rs`; do not edit. `UPDATE_TYPES=1 cargo test -p wellmet --lib typescript` writes it anew.
 */

/** Text, or a number whose meaning the field's name tells: minor units, milliseconds, a count. */
export type Field = string | number;
";

/// The text of a comment that is an attribute such as `doc = r\" Why.\"`.
fn sentence(attribute: &str) -> Option<String> {
    let (_, text) = attribute.split_once('=')?;
    let text = text.trim().trim_start_matches('r').trim_matches('#').trim_matches('"');
    Some(text.trim().replace("\\\"", "\""))
}

fn comment(attributes: &[&str], indent: &str) -> String {
    let lines: Vec<String> = attributes.iter().filter_map(|attribute| sentence(attribute)).collect();
    match lines.is_empty() {
        true => String::new(),
        false => format!("{indent}/** {} */\n", lines.join(" ")),
    }
}

/// What the page calls a struct.
fn interface(name: &str) -> &str {
    match name {
        "Cart" => "CartView",
        "Configuration" => "ConfigurationView",
        "OptionValue" => "ConfigurationValue",
        "OptionGroup" => "ConfigurationGroup",
        name => name,
    }
}

/// A type in TypeScript, and whether it may be absent.
fn typescript(rust: &str) -> (String, bool) {
    let rust = rust.replace("'static ", "").replace("'a ", "").replace("<'a>", "").replace(' ', "");
    if let Some(inner) = rust.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')) {
        return (typescript(inner).0, true);
    }
    if let Some(inner) = rust.strip_prefix("Vec<").and_then(|rest| rest.strip_suffix('>')) {
        return (format!("{}[]", typescript(inner).0), false);
    }
    let plain = match rust.as_str() {
        "&str" | "String" => "string",
        "f64" | "u32" => "number",
        "bool" => "boolean",
        "Fields" => "Record<string, Field>",
        "Seen" => "Record<string, unknown>",
        name => interface(name),
    };
    (plain.to_owned(), false)
}

fn declaration(shape: &Shape) -> String {
    let mut text = format!("\n{}export interface {} {{\n", comment(shape.about, ""), interface(shape.name));
    for (about, property, rust) in shape.properties {
        let (kind, optional) = typescript(rust);
        let mark = if optional { "?" } else { "" };
        text += &format!("{}  {property}{mark}: {kind};\n", comment(about, "  "));
    }
    text + "}\n"
}

#[test]
fn the_declarations_are_those_of_the_rust_types() {
    use crate::explain::{Fate, Trace};
    use crate::view::{
        Cart, CartLine, Configuration, Decision, Item, OptionGroup, OptionValue, Outcome, Preference, Reason,
    };
    let shapes = [
        Reason::SHAPE,
        Item::SHAPE,
        Decision::SHAPE,
        Preference::SHAPE,
        Outcome::SHAPE,
        CartLine::SHAPE,
        Cart::SHAPE,
        OptionValue::SHAPE,
        OptionGroup::SHAPE,
        Configuration::SHAPE,
        Fate::SHAPE,
        Trace::SHAPE,
    ];
    let made = shapes.iter().fold(HEAD.to_owned(), |text, shape| text + &declaration(shape));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/pkg-template/src/shapes.ts");
    if std::env::var_os("UPDATE_TYPES").is_some() {
        std::fs::write(path, &made).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == made,
        "pkg-template/src/shapes.ts is not what src/view.rs says: UPDATE_TYPES=1 cargo test -p wellmet --lib typescript"
    );
}
