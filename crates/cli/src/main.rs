//! The `wellmet` command. All of it is in the library next door, where tests can reach it.

fn main() -> std::process::ExitCode {
    wellmet_cli::main()
}
