//! Assignments that stay: what an earlier visit was given, it keeps.

use super::{Experiment, Shopper};
use crate::value::integer_text;

/// What one identity was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The attribute that names the identity.
    pub attribute: String,
    /// Its value.
    pub value: String,
    /// Key of the variation by `experiment__version`.
    pub assignments: Vec<(String, String)>,
}

fn versioned(experiment: &str, version: u32) -> String {
    let mut key = String::from(experiment);
    key.push_str("__");
    key.push_str(&integer_text(i64::from(version)));
    key
}

impl Shopper<'_> {
    /// The variation that was kept for her, and whether an older version shuts her out.
    pub(super) fn kept(&self, experiment: &Experiment) -> (Option<usize>, bool) {
        let Some(documents) = self.sticky.as_ref().filter(|_| !experiment.sticky_disabled) else {
            return (None, false);
        };
        let entry = |wanted: &str| {
            // The attribute itself goes before its stand-in.
            let attributes =
                [Some(experiment.hash_attribute.as_deref().unwrap_or("id")), experiment.fallback_attribute.as_deref()];
            attributes.into_iter().flatten().find_map(|attribute| {
                let (attribute, value) = self.hash_value(Some(attribute), None);
                let value = self.text(value);
                let document =
                    documents.iter().find(|document| document.attribute == attribute && document.value == value)?;
                document.assignments.iter().find(|(key, _)| key == wanted).map(|(_, variation)| variation)
            })
        };
        // Versions are few: GrowthBook counts them up by hand.
        for version in 0..experiment.min_bucket_version.min(1_000) {
            if entry(&versioned(&experiment.key, version)).is_some() {
                return (None, true);
            }
        }
        let kept = entry(&versioned(&experiment.key, experiment.bucket_version));
        let variation = kept.and_then(|kept| experiment.meta.iter().position(|meta| meta.key.as_ref() == Some(kept)));
        (variation, false)
    }

    /// Keeps what she was given.
    pub(super) fn keep(&mut self, experiment: &Experiment, attribute: &str, value: &str, variation: usize) {
        let Some(documents) = self.sticky.as_mut().filter(|_| !experiment.sticky_disabled) else { return };
        let at = documents.iter().position(|document| document.attribute == attribute && document.value == value);
        let at = at.unwrap_or_else(|| {
            let (attribute, value) = (attribute.to_owned(), value.to_owned());
            documents.push(Document { attribute, value, assignments: Vec::new() });
            documents.len() - 1
        });
        let key = versioned(&experiment.key, experiment.bucket_version);
        let variation = experiment.key_of(variation);
        let assignments = &mut documents[at].assignments;
        match assignments.iter_mut().find(|(known, _)| *known == key) {
            Some((_, kept)) => *kept = variation,
            None => assignments.push((key, variation)),
        }
    }
}
