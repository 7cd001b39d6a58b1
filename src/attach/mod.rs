//! Gives a transport to other programs: to the kernel as a real `/dev/srN`, or to one program
//! through its own `ioctl(SG_IO)`. Knows no command by meaning beyond what the kernel's own `sr`
//! driver sends by itself. Together with `transport/sgio.rs` the only home of `unsafe`.

#[cfg(test)]
mod fake;
pub mod notify;
pub mod tcmu;
mod waited;
