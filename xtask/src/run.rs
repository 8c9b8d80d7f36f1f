//! Starting other programs: shown, captured, or both at once; with a time limit where the network may keep them waiting.

use crate::{Outcome, place};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// One program call. Runs in the root of the project unless told otherwise.
pub(crate) struct Run {
    command: Command,
    words: String,
}

impl Run {
    /// A call of `program`, found on `PATH` or named by its path.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.current_dir(place::root());
        let name = Path::new(program).file_name().unwrap_or(program);
        Run { command, words: name.to_string_lossy().into_owned() }
    }

    /// The same cargo that runs us.
    pub(crate) fn cargo() -> Self {
        let mut run = Run::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        run.words = "cargo".to_string();
        run
    }

    /// Adds one argument.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.words.push(' ');
        self.words.push_str(&argument.as_ref().to_string_lossy());
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub(crate) fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(self, arguments: I) -> Self {
        arguments.into_iter().fold(self, Run::arg)
    }

    /// Sets one environment variable of the child.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// The folder to run in.
    pub(crate) fn folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// The call as one would type it.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }

    /// The prepared command, for those who want to hold on to the child.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// Runs it with its output going straight to the user.
    ///
    /// # Errors
    /// When the program cannot be started or does not end well.
    pub(crate) fn show(mut self) -> Outcome<()> {
        let status = self.command.stdin(Stdio::null()).status().map_err(|error| self.not_started(&error))?;
        if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", self.words)) }
    }

    /// Runs it quietly and returns what it wrote to standard output. What it wrote to standard error becomes part of
    /// the error when it fails.
    ///
    /// # Errors
    /// When the program cannot be started or does not end well.
    pub(crate) fn capture(mut self) -> Outcome<String> {
        let output = self.command.stdin(Stdio::null()).output().map_err(|error| self.not_started(&error))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(format!(
            "`{}` failed ({})\n{}{}",
            self.words,
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ))
    }

    /// Runs it, shows every line as it comes and keeps them all. The second value says whether it ended well.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub(crate) fn tee(mut self) -> Outcome<(String, bool)> {
        // Some runners guess wrongly when their output is a pipe.
        self.command.env("NO_COLOR", "1").env_remove("FORCE_COLOR");
        let mut child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| self.not_started(&error))?;
        let kept = Arc::new(Mutex::new(String::new()));
        let readers = [
            child.stdout.take().map(|pipe| follow(pipe, Arc::clone(&kept))),
            child.stderr.take().map(|pipe| follow(pipe, Arc::clone(&kept))),
        ];
        let status = child.wait().map_err(|error| format!("`{}`: {error}", self.words))?;
        for reader in readers.into_iter().flatten() {
            // A reader can only fail by panicking, and then its lines are missing, nothing worse.
            let _ = reader.join();
        }
        let text = kept.lock().map(|text| text.clone()).unwrap_or_default();
        Ok((text, status.success()))
    }

    /// Runs it quietly, but not longer than `limit`: then it is ended, with all that it started. Returns what it wrote,
    /// standard output first, and whether it ended well; `None` when its time was over.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub(crate) fn within(mut self, limit: Duration) -> Outcome<Option<(String, bool)>> {
        self.command.env("NO_COLOR", "1").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut self.command, 0);
        let child = self.command.spawn().map_err(|error| self.not_started(&error))?;
        let group = child.id();
        let (sender, ended) = mpsc::channel();
        std::thread::spawn(move || sender.send(child.wait_with_output()));
        match ended.recv_timeout(limit) {
            Ok(Ok(output)) => {
                let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                Ok(Some((text.concat(), output.status.success())))
            }
            Ok(Err(error)) => Err(format!("`{}`: {error}", self.words)),
            Err(_) => {
                // It may have ended just now; then there is nothing left to end.
                let _ = Run::new("kill").args(["-KILL", "--", &format!("-{group}")]).capture();
                Ok(None)
            }
        }
    }

    fn not_started(&self, error: &std::io::Error) -> String {
        format!("`{}` could not be started: {error}", self.words)
    }
}

fn follow(pipe: impl Read + Send + 'static, kept: Arc<Mutex<String>>) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
            // Output that cannot be shown (a closed pipe) is still kept for the counts.
            let _ = std::io::stdout().lock().write_all(&line);
            if let Ok(mut text) = kept.lock() {
                text.push_str(&String::from_utf8_lossy(&line));
            }
            line.clear();
        }
    })
}

/// Whether a program of this name can be started from `PATH`.
pub(crate) fn on_path(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        assert_eq!(Run::new("sleep").arg("600").within(Duration::ZERO).unwrap(), None);
        let (text, well) =
            Run::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]).within(Duration::MAX).unwrap().unwrap();
        assert_eq!((text.as_str(), well), ("out\nerr\n", false));
    }
}
