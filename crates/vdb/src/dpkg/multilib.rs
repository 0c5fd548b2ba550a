//! Names of machines and of multilib categories, as the NEEDED.ELF.2 file has them.

use object::elf;

/// What the file header says about the machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Machine {
    pub(super) id: elf::Machine,
    pub(super) is_64: bool,
    pub(super) flags: u32,
}

/// The first field: the name after `EM_` of the machine.
pub(super) fn machine_name(machine: Machine) -> String {
    let name = match machine.id {
        elf::EM_386 => "386",
        elf::EM_X86_64 => "X86_64",
        elf::EM_ARM => "ARM",
        elf::EM_AARCH64 => "AARCH64",
        elf::EM_PPC => "PPC",
        elf::EM_PPC64 => "PPC64",
        elf::EM_RISCV => "RISCV",
        elf::EM_S390 => "S390",
        elf::EM_MIPS => "MIPS",
        elf::EM_SPARC => "SPARC",
        elf::EM_SPARCV9 => "SPARCV9",
        elf::EM_IA_64 => "IA_64",
        elf::EM_PARISC => "PARISC",
        elf::EM_68K => "68K",
        elf::EM_LOONGARCH => "LOONGARCH",
        elf::EM_ALPHA => "ALPHA",
        elf::EM_SH => "SH",
        other => return format!("UNKNOWN_{}", other.0),
    };
    name.to_owned()
}

/// The sixth field: binaries of one category can be linked together. `None` where no name is known.
pub(super) fn category(machine: Machine) -> Option<&'static str> {
    let by_class = |narrow, wide| if machine.is_64 { wide } else { narrow };
    Some(match machine.id {
        elf::EM_386 => "x86_32",
        elf::EM_X86_64 => by_class("x86_x32", "x86_64"),
        elf::EM_ARM => "arm_32",
        elf::EM_AARCH64 => by_class("arm_ilp32", "arm_64"),
        elf::EM_PPC => "ppc_32",
        elf::EM_PPC64 => "ppc_64",
        elf::EM_RISCV => riscv(machine),
        elf::EM_S390 => by_class("s390_32", "s390_64"),
        elf::EM_SPARC | elf::EM_SPARCV9 => by_class("sparc_32", "sparc_64"),
        elf::EM_IA_64 => by_class("ia_32", "ia_64"),
        elf::EM_PARISC => by_class("hppa_32", "hppa_64"),
        elf::EM_68K => "m68k_32",
        elf::EM_LOONGARCH => by_class("loong_ilp32", "loong_lp64"),
        elf::EM_ALPHA => "alpha_64",
        elf::EM_SH => "sh_32",
        _ => return None,
    })
}

/// RISC-V's categories are its calling conventions: the width, and which floats go in registers.
fn riscv(machine: Machine) -> &'static str {
    const FLOAT_ABI: u32 = 6;
    match (machine.is_64, machine.flags & FLOAT_ABI) {
        (true, 0) => "riscv_lp64",
        (true, 2) => "riscv_lp64f",
        (true, _) => "riscv_lp64d",
        (false, 0) => "riscv_ilp32",
        (false, 2) => "riscv_ilp32f",
        (false, _) => "riscv_ilp32d",
    }
}
