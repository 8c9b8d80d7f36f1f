//! The built-in texts below recommended items, for shops that do not write their own.

use wellmet_engine::table::Because;

/// The text for a reason in a language; English where there is no other.
#[must_use]
pub(super) fn because(because: Because, language: &str) -> String {
    let german = language == "de" || language.starts_with("de-");
    let (english, deutsch) = match because {
        Because::Viewed => ("Others who looked at {title} went on to this", "Von {title} gingen andere hierher weiter"),
        Because::InCart => ("Goes with {title} in your cart", "Passt zu {title} in Ihrem Warenkorb"),
        Because::Owned => ("Goes with {title}, which you bought", "Passt zu {title}, das Sie gekauft haben"),
        Because::OnPage => ("Often bought together with {title}", "Wird oft zusammen mit {title} gekauft"),
        Because::Alike => ("Similar to {title}", "Ähnlich wie {title}"),
        Because::Again => ("You bought this before", "Das haben Sie schon einmal gekauft"),
        Because::AgainDue => ("It may be time for this again", "Es könnte wieder Zeit dafür sein"),
        Because::Seen => ("You looked at this", "Das haben Sie sich angesehen"),
        Because::Popular => ("Many choose this at the moment", "Zurzeit oft gewählt"),
        Because::Pinned => ("Our choice", "Unsere Empfehlung"),
    };
    (if german { deutsch } else { english }).to_owned()
}
