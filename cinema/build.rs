//! Rebuilds the crate when a migration or a film changes; neither is Rust source.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=films");
}
