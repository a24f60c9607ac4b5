//! The page is built apart from the binary, and may not be there yet.

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=../web/dist");
    std::fs::create_dir_all("../web/dist")
}
