//! tmp
fn main() {
    for f in std::env::args().skip(1) {
        let c = ampline_core::manifest::check(&std::fs::read(&f).unwrap());
        println!("== {f} {}", c.manifest.is_some());
        for i in c.issues {
            println!("{}:{} {:?} {} | {} | {} | {:?}", i.line, i.column, i.severity, i.rule, i.message, i.path, i.suggestion);
        }
    }
}
