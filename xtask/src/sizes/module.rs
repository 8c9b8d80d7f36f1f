//! Reads just enough of a wasm module to say which crate its bytes come from: the code section gives the size of each
//! function, the name section tells whose it is.

use crate::Outcome;
use std::collections::BTreeMap;

/// The bytes of one origin: a crate, or a part of the module that is no code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Name of the crate, or a word in brackets.
    pub(crate) name: String,
    /// Its bytes, one function behind the other; compressing them tells what they cost on the wire.
    pub(crate) bytes: Vec<u8>,
}

/// Splits a module with a name section by origin, the largest first.
///
/// # Errors
/// When the bytes are not a whole wasm module.
pub(crate) fn parts(module: &[u8]) -> Outcome<Vec<Part>> {
    let contents = read(module).ok_or(UNREADABLE)?;
    let mut origins: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (name, body) in &contents.functions {
        let origin = name.map_or_else(|| "(no name)".to_string(), origin);
        origins.entry(origin).or_default().extend(*body);
    }
    for (name, bytes) in contents.others {
        origins.entry(name.to_string()).or_default().extend(bytes);
    }
    let mut parts: Vec<Part> = origins.into_iter().map(|(name, bytes)| Part { name, bytes }).collect();
    parts.sort_by(|a, b| b.bytes.len().cmp(&a.bytes.len()).then_with(|| a.name.cmp(&b.name)));
    Ok(parts)
}

/// The functions of a module with their sizes in bytes, the largest first.
///
/// # Errors
/// When the bytes are not a whole wasm module.
pub(crate) fn functions(module: &[u8]) -> Outcome<Vec<(String, usize)>> {
    let contents = read(module).ok_or(UNREADABLE)?;
    let named = |(name, body): &(Option<&str>, &[u8])| (name.map_or_else(String::new, without_hashes), body.len());
    let mut functions: Vec<(String, usize)> = contents.functions.iter().map(named).collect();
    functions.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(functions)
}

const UNREADABLE: &str = "the wasm module cannot be read";

struct Contents<'a> {
    /// Own functions: name, if there is one, and body.
    functions: Vec<(Option<&'a str>, &'a [u8])>,
    /// Whole sections under a word in brackets.
    others: Vec<(&'static str, &'a [u8])>,
}

fn read(module: &[u8]) -> Option<Contents<'_>> {
    let mut reader = Reader { bytes: module.strip_prefix(b"\0asm\x01\0\0\0")? };
    let mut imported = 0;
    let mut bodies: Vec<&[u8]> = Vec::new();
    let mut names = BTreeMap::new();
    let mut others = Vec::new();
    while !reader.bytes.is_empty() {
        let id = reader.byte()?;
        let length = reader.number()?;
        let mut section = Reader { bytes: reader.take(length)? };
        let whole = section.bytes;
        match id {
            0 if section.text()? == "name" => names = function_names(&mut section)?,
            // Other custom sections are dropped from what is shipped.
            0 => {}
            2 => {
                imported = count_imported_functions(&mut section)?;
                others.push(("(imports, exports, types)", whole));
            }
            10 => {
                for _ in 0..section.number()? {
                    let length = section.number()?;
                    bodies.push(section.take(length)?);
                }
            }
            11 => others.push(("(constants)", whole)),
            _ => others.push(("(imports, exports, types)", whole)),
        }
    }
    let named = |(position, body)| (names.get(&(imported + position)).copied(), body);
    let functions = bodies.into_iter().enumerate().map(named).collect();
    Some(Contents { functions, others })
}

fn function_names<'a>(section: &mut Reader<'a>) -> Option<BTreeMap<usize, &'a str>> {
    let mut names = BTreeMap::new();
    while !section.bytes.is_empty() {
        let kind = section.byte()?;
        let length = section.number()?;
        let mut list = Reader { bytes: section.take(length)? };
        if kind != 1 {
            continue;
        }
        for _ in 0..list.number()? {
            let index = list.number()?;
            names.insert(index, list.text()?);
        }
    }
    Some(names)
}

fn count_imported_functions(section: &mut Reader) -> Option<usize> {
    let mut functions = 0;
    for _ in 0..section.number()? {
        section.text()?;
        section.text()?;
        match section.byte()? {
            0 => {
                section.number()?;
                functions += 1;
            }
            1 => {
                section.byte()?;
                section.limits()?;
            }
            2 => section.limits()?,
            3 => {
                section.byte()?;
                section.byte()?;
            }
            4 => {
                section.byte()?;
                section.number()?;
            }
            _ => return None,
        }
    }
    Some(functions)
}

/// Crates of the standard library. Their code is generic, so a function of theirs is put down to the first other crate
/// that its name mentions: `<alloc::vec::Vec<wellmet_engine::Item>>::push` is a cost of the engine.
const STANDARD: &[&str] = &["alloc", "core", "std", "compiler_builtins", "hashbrown"];

fn origin(name: &str) -> String {
    let name = without_hashes(name);
    let mut first = None;
    // Every path in a demangled name begins at the start or behind one of these.
    for path in name.split(['<', '>', '(', ')', '[', ']', '{', '}', '&', ',', ' ', '*', ';', '"']) {
        let Some((word, _)) = path.split_once("::") else { continue };
        let is_name = !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_name {
            continue;
        }
        if !STANDARD.contains(&word) {
            return if word.starts_with("__rustc") { "std".to_string() } else { word.to_string() };
        }
        first.get_or_insert(word);
    }
    let word = first.unwrap_or(match &*name {
        // Written by wasm-bindgen and by `#[wasm_bindgen]` around our own exports, which carry our class name.
        name if name.starts_with("__wbindgen") || name.starts_with("__externref") => "wasm_bindgen",
        name if name.starts_with("__rust") || name.starts_with("mem") => "std",
        _ => "wellmet",
    });
    word.to_string()
}

/// Demangled names carry the crate's hash, `core[c5930c85a12de822]::fmt`, which only gets in the way.
fn without_hashes(name: &str) -> String {
    let mut text = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        text.push_str(before);
        match after.split_once(']') {
            Some((hash, after)) if hash.len() > 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => rest = after,
            _ => {
                text.push('[');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(first)
    }

    /// An unsigned LEB128 number.
    fn number(&mut self) -> Option<usize> {
        let mut value = 0_usize;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn limits(&mut self) -> Option<()> {
        let flags = self.byte()?;
        self.number()?;
        if flags & 1 == 1 {
            self.number()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_function_belongs_to_the_crate_in_its_name() {
        assert_eq!(origin("wellmet_engine::decide::decide"), "wellmet_engine");
        assert_eq!(origin("<wellmet_state::cart::Cart as core::fmt::Debug>::fmt"), "wellmet_state");
        assert_eq!(origin("<alloc::vec::Vec<wellmet_book::core::Item>>::push"), "wellmet_book");
        assert_eq!(origin("core::ptr::drop_in_place<&[wellmet_engine::Rule]>"), "wellmet_engine");
        assert_eq!(origin("core::str::count::do_count_chars"), "core");
        assert_eq!(origin("dlmalloc::dlmalloc::Dlmalloc<A>::malloc"), "dlmalloc");
        assert_eq!(
            origin("<core[c5930c85a12de822]::fmt::Formatter as wellmet_engine[0b1fe2c3d4a59687]::X>::pad"),
            "wellmet_engine"
        );
        assert_eq!(origin("__rustc[b7974e8690430dd9]::__rdl_realloc"), "std");
        assert_eq!(origin("__wbindgen_malloc"), "wasm_bindgen");
        assert_eq!(origin("session_decide"), "wellmet");
    }

    #[test]
    fn a_module_is_split_and_a_cut_one_refused() {
        // One imported function "a" "b", one own function of four bytes named engine::f.
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        module.extend([1, 4, 1, 0x60, 0, 0]);
        module.extend([2, 7, 1, 1, b'a', 1, b'b', 0, 0]);
        module.extend([3, 2, 1, 0]);
        module.extend([10, 6, 1, 4, 0, 1, 1, 0x0b]);
        let name = b"engine::f";
        let list = [vec![1, 1, u8::try_from(name.len()).unwrap()], name.to_vec()].concat();
        let names = [vec![4], b"name".to_vec(), vec![1, u8::try_from(list.len()).unwrap()], list].concat();
        module.extend([0, u8::try_from(names.len()).unwrap()]);
        module.extend(names);
        let split = parts(&module).unwrap();
        let engine = split.iter().find(|part| part.name == "engine").unwrap();
        assert_eq!(engine.bytes, [0, 1, 1, 0x0b]);
        assert!(parts(&module[..module.len() - 1]).is_err());
        assert!(parts(b"no module").is_err());
    }
}
