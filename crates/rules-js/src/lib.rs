//! Targeting rules for JavaScript, and nothing else: the module behind the npm entry `wellmet/rules`, for those who
//! have feature flags or conditions already and want them decided fast. Its other half is `pkg-template/src/rules.ts`.
//!
//! What is decided crosses over as numbers: the values themselves were handed out when the rules were read.

extern crate alloc;

#[path = "../../../src/host.rs"]
#[allow(unreachable_pub, reason = "it is public where it comes from")]
mod host;
mod json;
mod told;

use host::Page;
use wasm_bindgen::prelude::*;
use wellmet_engine::condition::{ConditionIx, Program, Resolved};
use wellmet_engine::features::{Document, Payload, Pick, Shopper};
use wellmet_engine::value::{Value, View};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn read(text: &str) -> Result<Value, JsValue> {
    json::read(text).ok_or_else(|| "bad-json".into())
}

/// Where an answer comes from, in the order in which `rules.ts` names them. Four bits of an answer.
const fn source(pick: &Pick) -> u32 {
    match pick {
        Pick::Default => 1,
        Pick::Force(_) => 2,
        Pick::Experiment(..) => 3,
        Pick::Override(_) => 4,
        Pick::Prerequisite => 5,
        Pick::Cyclic => 6,
    }
}

/// Most values of a payload: the other 28 bits.
const MAX_VALUES: u32 = 1 << 28;

/// A payload of features.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Rules {
    payload: Payload,
    /// Number of each feature's first value.
    first: Vec<u32>,
    wishes: Wishes,
    /// What earlier visits were given; `None` to keep nothing.
    sticky: Option<Vec<Document>>,
}

/// What the caller wants besides the attributes.
#[derive(Debug, Default)]
struct Wishes {
    url: String,
    disabled: bool,
    qa_mode: bool,
    variations: Vec<(String, usize)>,
    features: Vec<(String, Value)>,
}

#[wasm_bindgen]
impl Rules {
    /// Reads a payload.
    ///
    /// # Errors
    /// `bad-json`, or `too-big`.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::cast_possible_truncation, reason = "checked")]
    pub fn new(payload: &str) -> Result<Self, JsValue> {
        let payload = Payload::read(&read(payload)?);
        let mut first = Vec::new();
        let mut count = 0;
        for feature in 0..payload.keys().count() {
            first.push(count as u32);
            count += payload.values(feature).count();
        }
        if count >= MAX_VALUES as usize {
            return Err("too-big".into());
        }
        Ok(Self { payload, first, wishes: Wishes::default(), sticky: None })
    }

    /// The features' keys as a JSON array.
    #[must_use]
    pub fn keys(&self) -> String {
        let keys = self.payload.keys().map(|key| Value::Text(key.to_owned())).collect();
        told::json(&Value::List(keys), &Page)
    }

    /// Everything that the features can come to, as a JSON array of values and rules' ids in turn; null is no rule.
    #[must_use]
    pub fn values(&self) -> String {
        let of = |feature| self.payload.values(feature);
        let all = (0..self.first.len())
            .flat_map(of)
            .flat_map(|(value, rule)| [value.clone(), rule.map_or(Value::Null, |rule| Value::Text(rule.to_owned()))]);
        told::json(&Value::List(all.collect()), &Page)
    }

    /// What else counts: a JSON object of `url`, `enabled`, `qaMode`, `forcedVariations`, `forcedFeatures`, `sticky`.
    ///
    /// # Errors
    /// `bad-json`.
    pub fn wishes(&mut self, wishes: &str) -> Result<(), JsValue> {
        (self.wishes, self.sticky) = told::wishes(&read(wishes)?);
        Ok(())
    }

    /// What earlier visits were given and this one, as the JSON array that `wishes` takes; `null` when none are kept.
    #[must_use]
    pub fn sticky(&self) -> String {
        told::json(&told::documents(self.sticky.as_deref()), &Page)
    }

    /// The features at these positions, or all, for whom a JSON object describes: for each the number of its value
    /// above, from 1, and its source in the four highest bits. 0 in the place of the number is null or what the caller
    /// forced.
    ///
    /// # Errors
    /// `bad-json`.
    #[allow(clippy::cast_possible_truncation, reason = "no more than MAX_VALUES")]
    pub fn decide(&mut self, attributes: &str, which: Option<Vec<u32>>) -> Result<Vec<u32>, JsValue> {
        let attributes = read(attributes)?;
        let Self { payload, first, wishes, sticky } = self;
        let mut shopper = wishes.shopper(payload, &attributes, sticky.take());
        let mut one = |feature: usize| {
            // Unknown is 0.
            let Some(first) = first.get(feature) else { return 0 };
            let pick = shopper.pick(feature);
            let value = payload.value_at(feature, &pick).map_or(0, |at| first + at as u32 + 1);
            source(&pick) << 28 | value
        };
        let answers = match which {
            Some(which) => which.into_iter().map(|feature| one(feature as usize)).collect(),
            None => (0..first.len()).map(one).collect(),
        };
        *sticky = shopper.sticky;
        Ok(answers)
    }

    /// One answer in full, as the JSON object that GrowthBook's SDK gives.
    ///
    /// # Errors
    /// `bad-json`.
    pub fn explain(&mut self, attributes: &str, key: &str) -> Result<String, JsValue> {
        let attributes = read(attributes)?;
        let mut shopper = self.wishes.shopper(&self.payload, &attributes, self.sticky.take());
        let answer = shopper.feature(key);
        self.sticky = shopper.sticky;
        Ok(told::json(&told::answer(&answer), &Page))
    }
}

impl Wishes {
    fn shopper<'a>(
        &'a self,
        payload: &'a Payload,
        attributes: &'a Value,
        sticky: Option<Vec<Document>>,
    ) -> Shopper<'a> {
        let mut shopper = Shopper::new(payload, attributes, &Page);
        shopper.url = &self.url;
        shopper.enabled = !self.disabled;
        shopper.qa_mode = self.qa_mode;
        shopper.forced_variations = self.variations.as_slice().into();
        shopper.forced_features = self.features.as_slice().into();
        shopper.sticky = sticky;
        shopper
    }
}

/// Conditions by themselves.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Conditions {
    program: Program,
    list: Vec<ConditionIx>,
    groups: Value,
}

#[wasm_bindgen]
impl Conditions {
    /// Compiles a JSON array of conditions, with an object of saved groups.
    ///
    /// # Errors
    /// `bad-json`; `too-big`, a blank and the position of the condition that does not fit.
    #[wasm_bindgen(constructor)]
    pub fn new(conditions: &str, groups: &str) -> Result<Self, JsValue> {
        let (Value::List(conditions), groups) = (read(conditions)?, read(groups)?) else {
            return Err("bad-json".into());
        };
        let mut program = Program::default();
        let mut list = Vec::new();
        for (at, condition) in conditions.iter().enumerate() {
            list.push(program.add(condition).map_err(|_| JsValue::from(format!("too-big {at}")))?);
        }
        Ok(Self { program, list, groups })
    }

    /// Which hold of an object of attributes: 1 or 0 for each.
    ///
    /// # Errors
    /// `bad-json`.
    pub fn hold(&self, attributes: &str) -> Result<Vec<u8>, JsValue> {
        let attributes = read(attributes)?;
        let known = Resolved::of(&self.program, attributes.view());
        let groups: View<'_> = self.groups.view();
        let holds = |condition: &ConditionIx| u8::from(self.program.holds(*condition, &known, groups, &Page));
        Ok(self.list.iter().map(holds).collect())
    }
}
