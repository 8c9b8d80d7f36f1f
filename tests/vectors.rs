//! The targeting vectors in a browser: the same file as the native run, with the page's own regular
//! expressions and number texts.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use js_sys::{Array, JSON, Object};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};
use wellmet::host::Page;
use wellmet_engine::bucket;
use wellmet_engine::condition::Program;
use wellmet_engine::value::Value;

wasm_bindgen_test_configure!(run_in_browser);

fn section(name: &str) -> Vec<Array> {
    let all = JSON::parse(include_str!("vectors/growthbook.json")).unwrap();
    let cases: Array = js_sys::Reflect::get(&all, &name.into()).unwrap().unchecked_into();
    cases.iter().map(JsCast::unchecked_into).collect()
}

/// A JSON value as the engine holds it.
fn value(js: &JsValue) -> Value {
    if let Some(text) = js.as_string() {
        Value::Text(text)
    } else if let Some(number) = js.as_f64() {
        Value::Number(number)
    } else if let Some(is) = js.as_bool() {
        Value::Bool(is)
    } else if let Some(items) = js.dyn_ref::<Array>() {
        Value::List(items.iter().map(|item| value(&item)).collect())
    } else if let Some(object) = js.dyn_ref::<Object>() {
        let entries = Object::entries(object);
        let pair = |entry: JsValue| entry.unchecked_into::<Array>();
        Value::Map(
            entries.iter().map(pair).map(|pair| (pair.get(0).as_string().unwrap(), value(&pair.get(1)))).collect(),
        )
    } else {
        Value::Null
    }
}

#[wasm_bindgen_test]
fn conditions() {
    let cases = section("evalCondition");
    let mut passed = 0;
    for case in &cases {
        let mut program = Program::default();
        let condition = program.add(&value(&case.get(1))).unwrap();
        let (attributes, groups) = (value(&case.get(2)), value(&case.get(4)));
        let held = program.holds_of(condition, attributes.view(), groups.view(), &Page);
        assert_eq!(Some(held), case.get(3).as_bool(), "{}", JSON::stringify(case).unwrap());
        passed += 1;
    }
    console_log!("evalCondition in wasm: {passed}/{}", cases.len());
    assert_eq!(passed, 248);
}

#[wasm_bindgen_test]
fn hashes() {
    let cases = section("hash");
    for case in &cases {
        let text = |at| case.get(at).as_string().unwrap();
        let place = bucket::hash(&text(0), &text(1), case.get(2).as_f64().unwrap() as u32);
        match (place, case.get(3).as_f64()) {
            (Some(ours), Some(theirs)) => assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}"),
            (ours, theirs) => assert_eq!(ours, theirs),
        }
    }
    assert_eq!(cases.len(), 15);
}
