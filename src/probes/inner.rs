//! An image for the engine inside that comes from nowhere: one program of a few instructions, which
//! needs no library, no shell and no network.

/// What the program says.
pub const WORDS: &str = "an inner container runs\n";

/// Where the archive of the image lies in the container.
pub const ARCHIVE: &str = "/.seaworthy/inner.tar";

/// Where the program is loaded; a multiple of the largest page (64 KiB on arm64).
const BASE: u64 = 0x40_0000;

/// Bytes of the header of the file, and of its one segment.
const HEADERS: (u16, u16) = (64, 56);

/// The program for an architecture in Go's words; none where there is none.
///
/// It writes [`WORDS`] and ends with 0: `write(1, WORDS, …)` and `exit(0)`, by the numbers of the
/// kernel's tables for these two architectures.
pub fn program(architecture: &str) -> Option<Vec<u8>> {
    let length = u8::try_from(WORDS.len()).ok()?;
    let (machine, code): (u16, Vec<u8>) = match architecture {
        // EM_X86_64: mov eax,1; mov edi,1; lea rsi,[rip+16]; mov edx,length; syscall; mov eax,60;
        // xor edi,edi; syscall
        "amd64" => (
            62,
            [
                &[0xb8, 1, 0, 0, 0, 0xbf, 1, 0, 0, 0, 0x48, 0x8d, 0x35, 16, 0, 0, 0][..],
                &[0xba, length, 0, 0, 0, 0x0f, 0x05],
                &[0xb8, 60, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05],
            ]
            .concat(),
        ),
        // EM_AARCH64: mov x0,1; adr x1,.+28; mov x2,length; mov x8,64; svc 0; mov x0,0; mov x8,93; svc 0
        "arm64" => (
            183,
            [
                0xd280_0020_u32,
                0x1000_00e1,
                0xd280_0002 | u32::from(length) << 5,
                0xd280_0808,
                0xd400_0001,
                0xd280_0000,
                0xd280_0ba8,
                0xd400_0001,
            ]
            .into_iter()
            .flat_map(u32::to_le_bytes)
            .collect(),
        ),
        _ => return None,
    };
    let before = u64::from(HEADERS.0 + HEADERS.1);
    let size = before + (code.len() + WORDS.len()) as u64;
    // The header: 64 bits, little endian, version 1, an executable.
    let mut file = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for half in [2, machine] {
        file.extend(half.to_le_bytes());
    }
    file.extend(1_u32.to_le_bytes());
    for whole in [BASE + before, u64::from(HEADERS.0), 0] {
        file.extend(whole.to_le_bytes());
    }
    file.extend(0_u32.to_le_bytes());
    for half in [HEADERS.0, HEADERS.1, 1, 0, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    // Its segment: loaded, read and run.
    for word in [1_u32, 5] {
        file.extend(word.to_le_bytes());
    }
    for whole in [0, BASE, BASE, size, size, 0x1_0000] {
        file.extend(whole.to_le_bytes());
    }
    file.extend(code);
    file.extend(WORDS.bytes());
    Some(file)
}

/// The image as `docker import` takes it: the program as `/run`.
pub fn image(architecture: &str) -> Option<Vec<u8>> {
    let program = program(architecture)?;
    archive([("run", 0o755, (0, 0), Some(program.as_slice()))])
}

/// A tar archive of files, and of folders where there is no content, each with its mode and owner.
pub fn archive<'a>(
    entries: impl IntoIterator<Item = (&'a str, u32, (u32, u32), Option<&'a [u8]>)>,
) -> Option<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, mode, (uid, gid), content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(match content {
            Some(_) => tar::EntryType::Regular,
            None => tar::EntryType::Directory,
        });
        header.set_mode(mode);
        header.set_uid(uid.into());
        header.set_gid(gid.into());
        let content = content.unwrap_or_default();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, path, content).ok()?;
    }
    builder.into_inner().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_has_a_header_that_fits_it() {
        for (architecture, machine) in [("amd64", 62_u16), ("arm64", 183)] {
            let file = program(architecture).expect("there is one");
            assert_eq!(file[..4], *b"\x7fELF");
            assert_eq!(file[18..20], machine.to_le_bytes());
            assert_eq!(file[96..104], (file.len() as u64).to_le_bytes());
            assert!(file.ends_with(WORDS.as_bytes()));
        }
        assert_eq!(program("mips"), None);
    }

    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    #[test]
    fn the_program_runs() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("run");
        std::fs::write(&path, program("amd64").expect("there is one")).expect("it can be written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
        let output = std::process::Command::new(&path).output().expect("it starts");
        assert!(output.status.success());
        assert_eq!(output.stdout, WORDS.as_bytes());
    }
}
