//! Page life and the one timer, as values that undo themselves when dropped.
//!
//! [`Watch`] tells one JavaScript function what happened: `online`, `offline`, `visible`, `hidden`,
//! `leave` (the page may never come back), `back` (out of the back/forward cache) and `wake` (the
//! time asked for has come). It holds no other state of ours, so the function may call anything.

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

/// Longest sleep, about 24 days: `setTimeout` counts in 32 bits and fires at once beyond them.
const LONGEST_MS: f64 = 2_000_000_000.0;

fn tell(listener: &Function, what: &str) {
    // What the listener throws is its own affair; nothing here depends on it.
    let _ = listener.call1(&JsValue::NULL, &what.into());
}

/// Page events and one wake-up timer; freeing it removes them all.
#[wasm_bindgen]
pub struct Watch {
    listener: Function,
    timer: Option<Timeout>,
    #[allow(dead_code, reason = "held for their Drop, which unsubscribes")]
    events: Vec<EventListener>,
}

#[wasm_bindgen]
impl Watch {
    /// Starts listening. Outside a window it never tells anything but `wake`.
    #[wasm_bindgen(constructor)]
    pub fn new(listener: Function) -> Self {
        let mut events = Vec::new();
        if let Some(window) = web_sys::window() {
            for (event, what) in [("online", "online"), ("offline", "offline"), ("pagehide", "leave")] {
                let listener = listener.clone();
                events.push(EventListener::new(&window, event, move |_| tell(&listener, what)));
            }
            let again = listener.clone();
            events.push(EventListener::new(&window, "pageshow", move |event| {
                // The first show of a page is no return.
                let persisted = Reflect::get(event, &"persisted".into()).is_ok_and(|value| value.is_truthy());
                if persisted {
                    tell(&again, "back");
                }
            }));
            if let Some(document) = window.document() {
                let listener = listener.clone();
                let page = document.clone();
                events.push(EventListener::new(&document, "visibilitychange", move |_| {
                    tell(&listener, if page.hidden() { "hidden" } else { "visible" });
                }));
            }
        }
        Self { listener, timer: None, events }
    }

    /// Tells `wake` once after this many milliseconds; replaces an earlier wish. Zero or less, or
    /// no number, cancels.
    #[wasm_bindgen(js_name = wakeIn)]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=LONGEST_MS")]
    pub fn wake_in(&mut self, ms: f64) {
        self.timer = (ms > 0.0).then(|| {
            let listener = self.listener.clone();
            Timeout::new(ms.clamp(1.0, LONGEST_MS) as u32, move || tell(&listener, "wake"))
        });
    }
}
