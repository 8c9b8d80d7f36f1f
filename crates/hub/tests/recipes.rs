//! The recipes in `docs/hub.md`, run as they stand there: what a checkout copies must verify, and refuse.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

mod common;

use std::process::Command;

use common::rules::Shop;
use common::{Device, TestHub};
use serde_json::{Value, json};
use wellmet_hub::rules::OfferRule;

/// The first block of a language in the page.
fn recipe(language: &str) -> String {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/hub.md")).unwrap();
    let block = page.split(&format!("```{language}\n")).nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

struct Case {
    token: String,
    keys: Value,
}

fn case() -> Case {
    let mut shop = Shop::new();
    shop.offer(OfferRule { id: "all".into(), ..OfferRule::default() }, None, None, &[("price", json!(9_900))]);
    let hub = TestHub::ruled(shop.done(), |_| {});
    let mut anna = Device::of(&hub, "anna");
    let offers = anna.browser.get("/v1/offers").ok().json();
    let token = offers["offers"][0]["token"].as_str().unwrap().to_owned();
    Case { token, keys: anna.browser.get("/v1/keys").ok().json() }
}

/// Tokens that must be refused: somebody else's claims, another signature, another key's, none.
fn forged(token: &str) -> Vec<String> {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let parts: Vec<&str> = token.split('.').collect();
    let other =
        URL_SAFE_NO_PAD.encode(json!({ "sub": "anna", "exp": 99_999_999_999_i64, "priceMinor": 1 }).to_string());
    let none = URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "kid": "x" }).to_string());
    vec![
        format!("{}.{other}.{}", parts[0], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode([7; 64])),
        format!("{none}.{other}."),
        common::token("anna"),
    ]
}

/// Runs a program that prints one line of JSON for each case; `None` when there is no such program.
fn run(program: &str, probe: &[&str], file: &str, source: &str) -> Option<Vec<Value>> {
    let there = Command::new(program).args(probe).output().is_ok_and(|out| out.status.success());
    if !there {
        println!("skipped: {program} with what the recipe needs is not installed");
        return None;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(file);
    std::fs::write(&path, source).unwrap();
    let out = Command::new(program).arg(&path).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8(out.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn check(told: &[Value], forged: usize) {
    assert_eq!((told[0]["sub"].as_str(), told[0]["priceMinor"].as_i64()), (Some("anna"), Some(9_900)), "hers");
    assert_eq!(told[1], Value::Null, "somebody else's");
    assert_eq!(told[2], Value::Null, "too late");
    assert_eq!(told[3..], vec![Value::Null; forged], "forged");
}

#[test]
fn c13_the_recipe_for_node_verifies_and_refuses() {
    let Case { token, keys } = case();
    let forged = forged(&token);
    let asks = format!(
        "const keys = {keys}, token = {0};\nconst told = [claims(token, keys, 'anna'), claims(token, keys, 'beate'), \
         claims(token, keys, 'anna', Date.now() + 3_600_000)];\nfor (const one of {1}) {{ try {{ told.push(claims(one, keys, 'anna')) }} \
         catch {{ told.push(null) }} }}\nfor (const one of told) console.log(JSON.stringify(one ?? null));\n",
        json!(token),
        json!(forged)
    );
    let source = format!("{}\n{asks}", recipe("js"));
    if let Some(told) = run("node", &["--version"], "recipe.mjs", &source) {
        check(&told, forged.len());
    }
}

#[test]
fn c13_the_recipe_for_python_verifies_and_refuses() {
    let Case { token, keys } = case();
    let forged = forged(&token);
    let asks = format!(
        "keys = json.loads({0:?})\ntoken = {1}\ntold = [claims(token, keys, 'anna'), claims(token, keys, 'beate'), \
         claims(token, keys, 'anna', time.time() + 3600)]\nfor one in {2}:\n    told.append(claims(one, keys, 'anna'))\n\
         for one in told:\n    print(json.dumps(one))\n",
        keys.to_string(),
        json!(token),
        json!(forged)
    );
    let source = format!("{}\n{asks}", recipe("python"));
    if let Some(told) = run("python3", &["-c", "import cryptography"], "recipe.py", &source) {
        check(&told, forged.len());
    }
}

#[test]
fn c13_the_recipe_for_php_verifies_and_refuses() {
    let Case { token, keys } = case();
    let forged = forged(&token);
    let asks = format!(
        "$keys = json_decode({0}, true); $token = {1};\n$told = [claims($token, $keys, 'anna'), claims($token, $keys, 'beate'), \
         claims($token, $keys, 'anna', time() + 3600)];\nforeach ({2} as $one) {{ try {{ $told[] = claims($one, $keys, 'anna'); }} \
         catch (Throwable $e) {{ $told[] = null; }} }}\nforeach ($told as $one) echo json_encode($one), \"\\n\";\n",
        quoted(&keys.to_string()),
        json!(token),
        json!(forged)
    );
    let source = format!("<?php\n{}\n{asks}", recipe("php"));
    if let Some(told) =
        run("php", &["-r", "exit(function_exists('sodium_crypto_sign') ? 0 : 1);"], "recipe.php", &source)
    {
        check(&told, forged.len());
    }
}

#[test]
fn c13_the_recipe_for_ruby_verifies_and_refuses() {
    let Case { token, keys } = case();
    let forged = forged(&token);
    let asks = format!(
        "keys = JSON.parse({0})\ntoken = {1}\ntold = [claims(token, keys, 'anna'), claims(token, keys, 'beate'), \
         claims(token, keys, 'anna', Time.now.to_i + 3600)]\n{2}.each do |one|\n  told << (claims(one, keys, 'anna') rescue nil)\n\
         end\ntold.each {{ |one| puts JSON.generate(one || nil) }}\n",
        quoted(&keys.to_string()),
        json!(token),
        json!(forged)
    );
    let source = format!("{}\n{asks}", recipe("ruby"));
    let probe = "require 'base64'; require 'openssl'; exit OpenSSL::VERSION.to_i >= 3";
    if let Some(told) = run("ruby", &["-e", probe], "recipe.rb", &source) {
        check(&told, forged.len());
    }
}

/// In single quotes, as PHP and Ruby read them.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

mod rust {
    use jsonwebtoken::jwk::JwkSet;
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
    use serde_json::Value;

    include!("recipe/claims.rs");

    #[test]
    fn c13_the_recipe_for_rust_verifies_and_refuses() {
        assert_eq!(super::recipe("rust"), include_str!("recipe/claims.rs"), "the page and the test say the same");
        let super::Case { token, keys } = super::case();
        let keys: JwkSet = serde_json::from_value(keys).unwrap();
        let hers = claims(&token, &keys, "anna", super::common::AUDIENCE).unwrap();
        assert_eq!((hers["sub"].as_str(), hers["priceMinor"].as_i64()), (Some("anna"), Some(9_900)));
        assert_eq!(claims(&token, &keys, "beate", super::common::AUDIENCE), None);
        assert_eq!(claims(&token, &keys, "anna", "somewhere else"), None);
        for forged in super::forged(&token) {
            assert_eq!(claims(&forged, &keys, "anna", super::common::AUDIENCE), None, "{forged}");
        }
    }
}
