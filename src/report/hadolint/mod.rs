//! hadolint.
