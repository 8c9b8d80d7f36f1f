//! Handing a message over to the shop's mail server.

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::message::Written;

/// How mails leave.
#[derive(Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// `smtps://user:password@mail.shop.example`, `smtp://…?tls=required`, or `smtp://localhost:25` for a server
    /// on the same machine.
    pub server: String,
    /// Who they are from: `Half Past Nine <hello@shop.example>`.
    pub from: String,
}

impl std::fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The server's address may hold a password.
        f.debug_struct("MailSettings").field("from", &self.from).finish_non_exhaustive()
    }
}

impl MailSettings {
    /// Whether the settings can be read. Nothing is sent and nobody is asked.
    ///
    /// # Errors
    /// [`MailError`] when one of them is none.
    pub fn check(&self) -> Result<(), MailError> {
        Mailer::new(self).map(|_| ())
    }
}

/// Why mails cannot leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server's address is none.
    #[error("the mail server's address is none; write it like smtps://user:password@mail.shop.example")]
    Server,
    /// The sender is none.
    #[error("the sender is no address; write it like Half Past Nine <hello@shop.example>")]
    From,
}

/// The way out.
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// Reads the settings; connects only when there is something to send.
    pub(crate) fn new(settings: &MailSettings) -> Result<Self, MailError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.server)
            .map_err(|_| MailError::Server)?
            .timeout(Some(std::time::Duration::from_secs(20)))
            .build();
        Ok(Self { transport, from: settings.from.parse().map_err(|_| MailError::From)? })
    }

    /// Sends a mail and returns once the server has taken it. The error says nothing of whom it was for.
    pub(super) async fn send(
        &self,
        to: lettre::Address,
        id: &str,
        written: Written,
        unsubscribe: Option<&str>,
    ) -> Result<(), String> {
        let mut mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(written.subject)
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())));
        if let Some(unsubscribe) = unsubscribe {
            // RFC 8058: one POST to that address, without asking her anything.
            mail = mail
                .raw_header(header("List-Unsubscribe", format!("<{unsubscribe}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
        }
        let part = |kind, text| SinglePart::builder().header(kind).body(text);
        let body = MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, written.text))
            .singlepart(part(ContentType::TEXT_HTML, written.html));
        let mail = mail.multipart(body).map_err(|error| error.to_string())?;
        self.transport.send(mail).await.map(|_| ()).map_err(|error| match error.status() {
            Some(code) => format!("the mail server answered {code}"),
            None => "the mail server could not be reached".into(),
        })
    }
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}
