//! Tells cargo that the schema is part of the program: the migrations are embedded.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
