//! The `wellmet` command. All of it is in the library next door, where tests can reach it.

/// The hub's answers are hundreds of small allocations each; the system's allocator was a sixth of its time.
#[global_allocator]
static HEAP: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    wellmet_cli::main()
}
