//! `wellmet messages`: what would be sent to whom.

use super::explain::{Trace, trace};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::shop;
use crate::shop::compile::moment;
use crate::shop::counts::rules;
use crate::shop::persona::{Examples, Where};
use crate::shop::shelf::NoShelf;
use serde::Serialize;
use std::fs;
use std::path::PathBuf;
use wellmet_engine::decide::explain;
use wellmet_engine::host::Native;
use wellmet_hub::due::message;
use wellmet_hub::rules::{Rules, TriggerRule};

/// Look at the messages that the hub would send.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: What,
}

#[derive(clap::Subcommand)]
enum What {
    Preview(Preview),
}

/// Write each message for each example customer, or say why it is not due.
#[derive(clap::Args)]
struct Preview {
    /// The shop file.
    #[arg(long, default_value = "wellmet.json")]
    shop: PathBuf,
    /// A file of example customers.
    #[arg(long, default_value = "wellmet.test.json")]
    examples: PathBuf,
    /// One customer only.
    #[arg(long)]
    customer: Option<String>,
    /// One trigger only.
    #[arg(long)]
    trigger: Option<String>,
    /// The moment, such as 2026-03-01T09:30 (UTC). [default: the one of the examples]
    #[arg(long)]
    at: Option<String>,
    /// Write each message as an HTML file into this directory, too.
    #[arg(long, value_name = "DIR")]
    html: Option<PathBuf>,
}

/// One message, or why there is none.
#[derive(Serialize)]
struct Seen {
    trigger: String,
    customer: String,
    channels: Vec<wellmet_hub::rules::Channel>,
    due: bool,
    /// Code of the reason.
    reason: String,
    subject: String,
    text: String,
}

/// Runs the command.
///
/// # Errors
/// A shop file with an error, examples that cannot be read, an unknown customer or trigger.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let What::Preview(args) = &args.command;
    let file = shop::load(&args.shop)?;
    let rules = rules(&file, None).map_err(|_| Failure::new("too-many-rules", "the shop file has too many rules"))?;
    let examples = Examples::load(&args.examples)?;
    let at = args.at.as_ref().or(examples.at.as_ref());
    let now = at.and_then(|at| moment(at)).ok_or_else(|| {
        Failure::new("no-moment", "the preview needs a moment")
            .fix("add --at 2026-03-01T09:30, or \"at\" to the examples")
    })?;
    let triggers: Vec<&TriggerRule> =
        rules.triggers.iter().filter(|rule| args.trigger.as_ref().is_none_or(|wanted| *wanted == rule.id)).collect();
    if triggers.is_empty() {
        let known: Vec<&str> = rules.triggers.iter().map(|rule| rule.id.as_str()).collect();
        let failure = match &args.trigger {
            Some(wanted) if !known.is_empty() => {
                Failure::new("unknown-trigger", format!("the hub has no trigger {wanted:?} in this shop file"))
                    .fix(format!("name one of these: {}", known.join(", ")))
            }
            _ => Failure::new("no-triggers", "the shop file has no trigger of the hub")
                .fix("add one under \"triggers\": docs/shop-file.md says how"),
        };
        return Err(failure.at(args.shop.display().to_string()));
    }
    let mut seen = Vec::new();
    for (name, persona) in &examples.customers {
        if args.customer.as_ref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        let shopper = persona.at(now, Where::default(), rules.table.currency)?;
        for rule in &triggers {
            let slot = format!("trigger:{}", rule.id);
            let (trace, locale) = shopper.facts(|facts| {
                let (host, slots) = (Native::new(), [slot.as_str()]);
                let outcome = explain(&rules.table, facts, &NoShelf, &host, &slots);
                let trace = outcome.decisions.first().map(|decision| trace(decision, &NoShelf));
                (trace, facts.locale.to_owned())
            });
            let Some(trace) = trace else { continue };
            seen.push(one(&rules, rule, name, &trace, &locale, args.html.as_deref())?);
        }
    }
    if seen.is_empty() {
        return Err(Failure::new("unknown-customer", "the examples have no such customer")
            .at(args.examples.display().to_string()));
    }
    if console.json_wanted() {
        return console.json(&seen);
    }
    for one in &seen {
        console.say(format_args!("{} for {}: {}", one.trigger, one.customer, if one.due { "due" } else { "not due" }));
        if one.due {
            one.text.lines().for_each(|line| console.say(format_args!("  | {line}")));
        } else {
            console.say(format_args!("  because: {}", one.reason));
        }
    }
    Ok(())
}

fn one(
    rules: &Rules,
    rule: &TriggerRule,
    customer: &str,
    trace: &Trace,
    locale: &str,
    html: Option<&std::path::Path>,
) -> Outcome<Seen> {
    let due = !trace.choice.is_empty();
    let mut fields = trace.fields.clone();
    let code = rule.offer.as_ref().and_then(|id| rules.offers.iter().find(|offer| offer.id == *id));
    match code {
        Some(offer) if offer.voucher.is_some() => {
            // Her own is minted when it is sent.
            fields.insert("code".into(), "XXXX-XXXX-XXXX".into());
        }
        Some(offer) => {
            offer.code.iter().for_each(|code| drop(fields.insert("code".into(), code.clone().into())));
        }
        None => {}
    }
    let link = "https://shop.example/unsubscribe";
    let written = message::write(rules, &fields, locale, Some(link));
    if let Some(dir) = html.filter(|_| due) {
        fs::create_dir_all(dir).map_err(|error| Failure::io(dir, &error))?;
        let plain = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_', "_");
        let path = dir.join(format!("{}.{}.html", plain(&rule.id), plain(customer)));
        fs::write(&path, &written.html).map_err(|error| Failure::io(&path, &error))?;
    }
    Ok(Seen {
        trigger: rule.id.clone(),
        customer: customer.to_owned(),
        channels: rule.channels.clone(),
        due,
        reason: trace.reason.to_string(),
        subject: if due { written.subject } else { String::new() },
        text: if due { written.text } else { String::new() },
    })
}
