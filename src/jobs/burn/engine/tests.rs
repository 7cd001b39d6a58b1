//! The engine against scripts.
