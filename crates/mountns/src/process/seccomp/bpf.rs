//! An assembler for the few instructions a filter needs.
//!
//! Only such are used as the kernel can follow by itself when it looks, once and for all, which calls a filter
//! always lets through (`seccomp_is_const_allow`, Linux 5.11): these calls then cost nothing.

use libc::{
    BPF_ABS, BPF_ALU, BPF_AND, BPF_JA, BPF_JEQ, BPF_JMP, BPF_JSET, BPF_K, BPF_LD, BPF_RET, BPF_W,
    sock_filter,
};
use rustix::io::Errno;

/// What becomes of a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verdict {
    Allow,
    Refuse(Errno),
    /// It waits until the listener has let it go on.
    Tell,
}

/// A filter in the making; the accumulator holds what was loaded last.
#[derive(Debug, Default)]
pub(super) struct Program(Vec<sock_filter>);

impl Program {
    pub(super) fn load_number(&mut self) {
        self.load(0);
    }

    pub(super) fn load_architecture(&mut self) {
        self.load(4);
    }

    /// The lower half of an argument, counted from 0.
    pub(super) fn load_argument(&mut self, number: u32) {
        let half = if cfg!(target_endian = "big") { 4 } else { 0 };
        self.load(16 + 8 * number + half);
    }

    pub(super) fn and(&mut self, mask: u32) {
        self.push(BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
    }

    pub(super) fn give(&mut self, verdict: Verdict) {
        let value = match verdict {
            Verdict::Allow => libc::SECCOMP_RET_ALLOW,
            Verdict::Tell => libc::SECCOMP_RET_USER_NOTIF,
            Verdict::Refuse(errno) => {
                libc::SECCOMP_RET_ERRNO | errno.raw_os_error().cast_unsigned()
            }
        };
        self.push(BPF_RET | BPF_K, value, 0, 0);
    }

    /// What is to be done when the accumulator is `value`; otherwise the program goes on behind it.
    pub(super) fn when_equal(&mut self, value: u32, then: impl FnOnce(&mut Self)) {
        self.branch(BPF_JEQ, value, then);
    }

    /// The same when the accumulator has one of the bits.
    pub(super) fn when_any(&mut self, bits: u32, then: impl FnOnce(&mut Self)) {
        self.branch(BPF_JSET, bits, then);
    }

    pub(super) fn instructions(&self) -> &[sock_filter] {
        &self.0
    }

    /// Conditional jumps reach 255 instructions far, plain ones everywhere.
    fn branch(&mut self, test: u32, value: u32, then: impl FnOnce(&mut Self)) {
        self.push(BPF_JMP | test | BPF_K, value, 1, 0);
        let jump = self.0.len();
        self.push(BPF_JMP | BPF_JA, 0, 0, 0);
        then(self);
        let length = self.0.len() - jump - 1;
        self.0[jump].k = u32::try_from(length).unwrap_or(u32::MAX);
    }

    fn load(&mut self, offset: u32) {
        self.push(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
    }

    fn push(&mut self, code: u32, k: u32, jt: u8, jf: u8) {
        self.0.push(sock_filter { code: u16::try_from(code).unwrap_or_default(), jt, jf, k });
    }
}
