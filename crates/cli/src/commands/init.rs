//! `wellmet init`: a first shop file for the site at hand.

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Write a first shop file, with a test for it, that suits the site in a directory.
#[derive(clap::Args)]
pub struct Args {
    /// The site's directory.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Name of the shop; the directory's name if it is left out.
    #[arg(long)]
    name: Option<String>,
    /// Currency of the shop, an ISO 4217 code.
    #[arg(long, default_value = "EUR", value_parser = currency)]
    currency: String,
    /// Languages of the shop as BCP 47 tags, the default first.
    #[arg(long, default_value = "en", value_delimiter = ',')]
    languages: Vec<String>,
    /// Write over a shop file that is there.
    #[arg(long)]
    force: bool,
}

fn currency(text: &str) -> Result<String, String> {
    wellmet_engine::money::Currency::new(text).map(|_| text.to_owned()).ok_or_else(|| "write a code such as EUR".into())
}

/// Kinds of sites that take different first steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Site {
    Next,
    Astro,
    Nuxt,
    Vite,
    Webpack,
    Shopify,
    WooCommerce,
    Node,
    Static,
}

impl Site {
    /// Looks for the files that give a site away.
    fn of(dir: &Path) -> Self {
        let has = |path: &str| dir.join(path).exists();
        if has("config/settings_schema.json") || has("layout/theme.liquid") {
            return Self::Shopify;
        }
        if has("wp-config.php") || has("wp-content") || has("woocommerce") {
            return Self::WooCommerce;
        }
        let package = fs::read_to_string(dir.join("package.json")).unwrap_or_default();
        let package: serde_json::Value = serde_json::from_str(&package).unwrap_or_default();
        let needs = |name: &str| ["dependencies", "devDependencies"].iter().any(|key| package[key].get(name).is_some());
        let known = [
            ("next", Self::Next),
            ("astro", Self::Astro),
            ("nuxt", Self::Nuxt),
            ("vite", Self::Vite),
            ("webpack", Self::Webpack),
        ];
        match known.into_iter().find(|(name, _)| needs(name)) {
            Some((_, site)) => site,
            None if package.is_object() => Self::Node,
            None => Self::Static,
        }
    }

    const fn spoken(self) -> &'static str {
        match self {
            Self::Next => "a Next.js application",
            Self::Astro => "an Astro site",
            Self::Nuxt => "a Nuxt application",
            Self::Vite => "a Vite application",
            Self::Webpack => "an application built with webpack",
            Self::Shopify => "a Shopify theme",
            Self::WooCommerce => "a WooCommerce shop",
            Self::Node => "a Node.js project",
            Self::Static => "plain files",
        }
    }

    /// How the page gets wellmet.
    fn next_step(self) -> &'static str {
        match self {
            Self::Next | Self::Astro | Self::Nuxt | Self::Vite | Self::Webpack | Self::Node => {
                "npm install wellmet, and in the page: import { start } from \"wellmet\""
            }
            Self::Shopify | Self::WooCommerce | Self::Static => {
                "add the two script lines of the README to the head of every page"
            }
        }
    }

    /// Where the schema lies, for editors.
    fn schema(self) -> &'static str {
        match self {
            Self::Shopify | Self::WooCommerce | Self::Static => "https://unpkg.com/wellmet/schema.json",
            _ => "./node_modules/wellmet/schema.json",
        }
    }
}

#[derive(Serialize)]
struct Made {
    site: Site,
    files: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// `exists` when there is a shop file; a file that cannot be written.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let site = Site::of(&args.dir);
    let name = args.name.clone().or_else(|| {
        let dir = args.dir.canonicalize().ok()?;
        dir.file_name().and_then(|name| name.to_str()).map(str::to_owned)
    });
    let name = name.unwrap_or_else(|| "My shop".into());
    let files = [
        ("wellmet.json", shop_file(site, &name, &args.currency, &args.languages)),
        ("wellmet.test.json", tests(&args.languages)),
    ];
    for (file, _) in &files {
        let path = args.dir.join(file);
        if path.exists() && !args.force {
            return Err(Failure::new("exists", "there is a file already")
                .at(path.display().to_string())
                .fix("keep it, or say --force"));
        }
    }
    for (file, text) in &files {
        let path = args.dir.join(file);
        fs::write(&path, text).map_err(|error| Failure::io(&path, &error))?;
    }
    let made = Made { site, files: files.iter().map(|(file, _)| args.dir.join(file).display().to_string()).collect() };
    if console.json_wanted() {
        return console.json(&made);
    }
    console.say(format_args!("this looks like {}", site.spoken()));
    made.files.iter().for_each(|file| console.say(format_args!("wrote {file}")));
    console.say("next:");
    for step in [
        "wellmet check                 every mistake at its line",
        "wellmet test                  the example customers",
        "wellmet build --shop …        the book, from your order log",
        site.next_step(),
    ] {
        console.say(format_args!("  {step}"));
    }
    Ok(())
}

/// A text in each language: English and German are known, others start in English.
fn phrase(languages: &[String], english: &str, german: &str) -> serde_json::Value {
    let text = |language: &String| if language.starts_with("de") { german } else { english };
    languages.iter().map(|language| (language.clone(), text(language).into())).collect::<serde_json::Map<_, _>>().into()
}

fn shop_file(site: Site, name: &str, currency: &str, languages: &[String]) -> String {
    let say = |english: &str, german: &str| phrase(languages, english, german);
    let file = serde_json::json!({
        "$schema": site.schema(),
        "note": "Every slot keeps the shop's own content until something here applies.",
        "shop": { "name": name, "currency": currency, "languages": languages },
        "segments": {
            "returning": {
                "note": "Somebody who was here before, known or not.",
                "when": { "$or": [{ "signed_in": true }, { "visits.count": { "$gte": 2 } }] }
            }
        },
        "slots": {
            "greeting": {
                "priority": 20,
                "variants": [
                    {
                        "choice": "known",
                        "when": { "name": { "$exists": true } },
                        "fields": { "name": { "attribute": "name" } },
                        "reason": say("You are signed in, or told us your name.", "Sie sind angemeldet oder haben uns Ihren Namen genannt.")
                    },
                    {
                        "choice": "returning",
                        "when": { "segment.returning": true },
                        "reason": say("You were here before, in this browser.", "Sie waren mit diesem Browser schon einmal hier.")
                    }
                ]
            },
            "with-cart": { "priority": 10, "variants": [{ "choice": "items", "items": { "kind": "with", "limit": 4, "least": 2 } }] },
            "recent": { "variants": [{ "choice": "items", "items": { "kind": "seen", "limit": 4 } }] },
            "for-you": { "variants": [{ "choice": "items", "items": { "kind": "for-you", "limit": 4, "least": 2 } }] }
        }
    });
    pretty(&file)
}

fn tests(languages: &[String]) -> String {
    let file = serde_json::json!({
        "at": "2026-03-02T10:00",
        "customers": {
            "anna": {
                "note": "Signed in, three orders.",
                "id": "anna",
                "name": "Anna",
                "locale": languages.first(),
                "orders": [{ "at": "-200d", "total": 40 }, { "at": "-120d", "total": 60 }, { "at": "-30d", "total": 25 }]
            },
            "again": { "note": "Unknown, here for the second time.", "visits": ["-3d"] }
        },
        "tests": [
            { "name": "Anna is greeted by name", "customer": "anna", "expect": { "slots": { "greeting": { "choice": "known", "fields": { "name": "Anna" } } } } },
            { "name": "who comes back is greeted without one", "customer": "again", "expect": { "slots": { "greeting": "returning" }, "segments": { "returning": true } } },
            { "name": "everybody else sees the shop as it is", "expect": { "slots": { "greeting": "" } } }
        ]
    });
    pretty(&file)
}

fn pretty(file: &serde_json::Value) -> String {
    let mut text = serde_json::to_string_pretty(file).unwrap_or_default();
    text.push('\n');
    text
}
