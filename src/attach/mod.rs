//! Gives a transport to other programs: to the kernel as a real `/dev/srN`, or to one program
//! through its own `ioctl(SG_IO)`.
