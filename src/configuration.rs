//! Products made to order: the draft in her document, and what the page shows of it.
//!
//! A draft is a map of registers in the document, one for each bundle of groups, so it travels and
//! merges like the cart. A finished configuration is immutable: its cart line is named by the model
//! and the code of the choices, and the same choice made on two devices is one line.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use wasm_bindgen::prelude::*;
use wellmet_engine::configurator::{Group, GroupView, Model, Selection};
use wellmet_state::{Kind, line};

use crate::book::Needs;
use crate::cart::Priced;
use crate::error::coded;
use crate::host;
use crate::session::Session;
use crate::sync::refused;
use crate::view;

/// Register of a draft that names its model. No group can be called that: ids have no `@`.
const MODEL: &str = "@model";
/// Register of a draft that names the group answered last: where she goes on, on whichever device.
const STEP: &str = "@step";

#[wasm_bindgen]
impl Session {
    /// Chooses a value (or writes a text) in a draft; an empty one takes the answer back.
    ///
    /// # Errors
    /// `bad-key`, `too-long`, `full`: nothing changed.
    pub fn configure(&mut self, model: &str, id: &str, group: &str, value: &str) -> Result<(), JsValue> {
        let known = self.model(model, &mut Needs::default());
        let bundle = known.as_ref().and_then(|model| model.groups.iter().find(|known| known.id == group));
        let bundle = bundle.map_or(group, |group| &group.bundle);
        let now = self.time();
        let document = &mut self.device.document;
        let kept = document.configured(id, bundle).unwrap_or("");
        let mut pairs = line::parse(kept).unwrap_or_default();
        pairs.retain(|(name, _)| name != group);
        if !value.is_empty() {
            pairs.push((group.to_owned(), value.to_owned()));
        }
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if document.configured(id, MODEL) != Some(model) {
            document.configure(id, MODEL, model, now).map_err(refused)?;
        }
        document.configure(id, bundle, &line::options(&pairs), now).map_err(refused)?;
        document.configure(id, STEP, group, now).map_err(refused)
    }

    /// A draft as shown, and `needs` when its model is not loaded. Without a draft: the model named in its place
    /// with nothing chosen, otherwise nothing.
    #[allow(clippy::needless_pass_by_value, reason = "an optional text arrives owned")]
    pub fn configuration(&self, id: &str, model: Option<String>) -> JsValue {
        let Some(name) = self.device.document.configured(id, MODEL).or(model.as_deref()) else {
            return JsValue::UNDEFINED;
        };
        let mut needs = Needs::default();
        let model = self.model(name, &mut needs);
        let selection = model.as_ref().map(|model| self.draft(id, model)).unwrap_or_default();
        self.shown(id, name, model.as_ref(), &selection, needs)
    }

    /// A shared design as shown: the choices of its code, and no draft. Nothing when the code is none of this
    /// model's.
    pub fn design(&self, model: &str, code: &str) -> JsValue {
        let mut needs = Needs::default();
        let known = self.model(model, &mut needs);
        match known.as_ref().map(|known| known.selection(code)).transpose() {
            Ok(selection) => self.shown("", model, known.as_ref(), &selection.unwrap_or_default(), needs),
            Err(_) => JsValue::UNDEFINED,
        }
    }

    /// Puts a finished draft into the cart; the draft stays as it is.
    ///
    /// # Errors
    /// `needs-data` while the model is not loaded, `incomplete` when something is open or does not go
    /// together, or as [`Session::add`]: nothing changed.
    #[wasm_bindgen(js_name = addConfigured)]
    pub fn add_configured(&mut self, id: &str, n: u32) -> Result<(), JsValue> {
        let name = self.device.document.configured(id, MODEL).unwrap_or("");
        let Some(model) = self.model(name, &mut Needs::default()) else {
            return Err(coded("needs-data", "the configurator's model is not loaded"));
        };
        let selection = self.draft(id, &model);
        let view = model.view(&selection, 0, &host::Page);
        if !view.complete {
            return Err(coded("incomplete", "the configuration is not finished"));
        }
        let price = view.price_minor;
        let mut name = model.id.clone();
        name.push(':');
        name.push_str(&model.code(&selection));
        let key = line::configured(&name).map_err(refused)?;
        self.put(&key, n, Some(price))
    }
}

impl Session {
    fn shown(&self, id: &str, name: &str, model: Option<&Model>, selection: &Selection, needs: Needs) -> JsValue {
        let Some(book) = &self.book else { return JsValue::UNDEFINED };
        let mut view = view::Configuration {
            id,
            model: name,
            price: 0.0,
            currency: book.shop().currency.code(),
            groups: Vec::new(),
            conflicts: Vec::new(),
            complete: false,
            step: self.device.document.configured(id, STEP).unwrap_or(""),
            code: String::new(),
            needs: needs.names(book),
        };
        if let Some(model) = model {
            let shown = model.view(selection, self.language(), &host::Page);
            view.price = view::number(shown.price_minor);
            view.complete = shown.complete;
            view.conflicts = shown.conflicts;
            view.code = model.code(selection);
            let other = |at: usize| self.other(id, model.groups.get(at)?, selection);
            view.groups = shown.groups.into_iter().enumerate().map(|(at, one)| group(one, other(at))).collect();
        }
        view::to_js(&view)
    }

    /// What a write that did not know of the one that counts says of a group.
    fn other(&self, id: &str, group: &Group, selection: &Selection) -> Option<String> {
        let siblings = self.device.document.siblings(Kind::Configuration, id, &group.bundle);
        let answers = line::parse(siblings.get(1)?.value.text()).ok()?;
        let other = answers.into_iter().find(|(name, _)| *name == group.id)?.1;
        (selection.get(&group.id) != Some(&other)).then_some(other)
    }
}

fn group(group: GroupView<'_>, other: Option<String>) -> view::OptionGroup<'_> {
    let values = group.choices.into_iter().map(|choice| view::OptionValue {
        id: choice.id,
        label: choice.label,
        price: view::number(choice.price_minor),
        chosen: choice.chosen,
        blocked: choice.blocked,
    });
    let (text, blocked) = (group.text, group.blocked);
    view::OptionGroup { id: group.id, label: group.label, values: values.collect(), text, blocked, other }
}

impl Session {
    pub(crate) fn language(&self) -> usize {
        self.table.as_ref().map_or(0, |table| table.language(&self.locale))
    }

    fn model(&self, id: &str, needs: &mut Needs) -> Option<Model> {
        Model::decode(needs.take(self.book.as_ref()?.model(id))?).ok()
    }

    fn draft(&self, id: &str, model: &Model) -> Selection {
        let mut selection = Selection::default();
        for group in &model.groups {
            // Chosen before the model was known, an answer lies under the group's own name.
            for register in [&group.id, &group.bundle] {
                let kept = self.device.document.configured(id, register).unwrap_or("");
                for (name, value) in line::parse(kept).unwrap_or_default() {
                    if name == group.id {
                        selection.set(&name, &value);
                    }
                }
            }
        }
        selection
    }

    /// A cart line of a finished configuration: `model:code`.
    pub(crate) fn configured_line(&self, name: String, needs: &mut Needs) -> Priced {
        let mut priced = Priced::default();
        if let Some((id, code)) = name.rsplit_once(':') {
            id.clone_into(&mut priced.item);
            if let Some(model) = self.model(id, needs) {
                let language = self.language();
                priced.title = Some(model.label.text(language).to_owned());
                priced.link = Some(model.link.clone());
                priced.image = Some(model.image.clone()).filter(|image| !image.is_empty());
                if let Ok(selection) = model.selection(code) {
                    let view = model.view(&selection, language, &host::Page);
                    // A contradiction can only come from a changed model or a forged line: no price then.
                    priced.price = view.complete.then_some(view.price_minor);
                    let answer = |group: &GroupView<'_>| {
                        let chosen = group.choices.iter().find(|choice| choice.chosen).map(|choice| choice.label);
                        Some((
                            group.label.to_owned(),
                            chosen.or(group.text).filter(|text| !text.is_empty())?.to_owned(),
                        ))
                    };
                    let pairs: Vec<(String, String)> = view.groups.iter().filter_map(answer).collect();
                    priced.options = line::in_order(&pairs);
                }
            }
        }
        priced.configuration = Some(name);
        priced
    }
}
