# A login shell sets PATH anew. What `cargo install` makes lies in the home.
export RUSTUP_HOME=/usr/local/rustup
export PATH=$HOME/.cargo/bin:/usr/local/cargo/bin:$PATH
