// Which system calls the recorder is asked about, and what it does for each.

#include "door/filter_parts.hpp"
#include "door/record_server.hpp"

#include <algorithm>
#include <cstddef>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat 463
#define SYS_removexattrat 466
#endif

namespace faultline::door {
namespace {

constexpr std::uint32_t opens_to_change = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);

} // namespace

std::span<const RecordServer::Row> RecordServer::rows()
{
    using R = RecordServer;
    static const std::vector<Row> rows{
#ifdef SYS_open
        {SYS_open, "open", &R::open, 1, opens_to_change},
        {SYS_creat, "creat", &R::open},
        {SYS_rename, "rename", &R::rename},
        {SYS_link, "link", &R::link},
        {SYS_unlink, "unlink", &R::unlink},
        {SYS_rmdir, "rmdir", &R::unlink},
        {SYS_mkdir, "mkdir", &R::make},
        {SYS_mknod, "mknod", &R::make},
        {SYS_symlink, "symlink", &R::make},
        {SYS_chmod, "chmod", &R::change_attributes},
        {SYS_chown, "chown", &R::change_attributes},
        {SYS_lchown, "lchown", &R::change_attributes},
        {SYS_utime, "utime", &R::change_attributes},
        {SYS_utimes, "utimes", &R::change_attributes},
        {SYS_futimesat, "futimesat", &R::change_attributes},
#endif
        {SYS_openat, "openat", &R::open, 2, opens_to_change},
        {SYS_openat2, "openat2", &R::open},
        {SYS_renameat, "renameat", &R::rename},
        {SYS_renameat2, "renameat2", &R::rename},
        {SYS_linkat, "linkat", &R::link},
        {SYS_unlinkat, "unlinkat", &R::unlink},
        {SYS_mkdirat, "mkdirat", &R::make},
        {SYS_mknodat, "mknodat", &R::make},
        {SYS_symlinkat, "symlinkat", &R::make},
        {SYS_truncate, "truncate", &R::truncate},
        {SYS_ftruncate, "ftruncate", &R::truncate},
        {SYS_fchmodat, "fchmodat", &R::change_attributes},
        {SYS_fchmodat2, "fchmodat2", &R::change_attributes},
        {SYS_fchownat, "fchownat", &R::change_attributes},
        {SYS_utimensat, "utimensat", &R::change_attributes},
        {SYS_setxattr, "setxattr", &R::change_attributes},
        {SYS_lsetxattr, "lsetxattr", &R::change_attributes},
        {SYS_removexattr, "removexattr", &R::change_attributes},
        {SYS_lremovexattr, "lremovexattr", &R::change_attributes},
        {SYS_fchmod, "fchmod", &R::change_attributes},
        {SYS_fchown, "fchown", &R::change_attributes},
        {SYS_fsetxattr, "fsetxattr", &R::change_attributes},
        {SYS_fremovexattr, "fremovexattr", &R::change_attributes},
        {SYS_write, "write", &R::write},
        {SYS_writev, "writev", &R::write},
        {SYS_pwrite64, "pwrite64", &R::write},
        {SYS_pwritev, "pwritev", &R::write},
        {SYS_pwritev2, "pwritev2", &R::write},
        {SYS_fallocate, "fallocate", &R::allocate},
        {SYS_copy_file_range, "copy_file_range", &R::copy},
        {SYS_sendfile, "sendfile", &R::copy},
        {SYS_splice, "splice", &R::splice},
        {SYS_ioctl, "ioctl", &R::clone, 1, 0, {FICLONE, FICLONERANGE}},
        {SYS_fsync, "fsync", &R::sync},
        {SYS_fdatasync, "fdatasync", &R::sync},
        {SYS_syncfs, "syncfs", &R::sync_all},
        {SYS_sync, "sync", &R::sync_all},
        {SYS_sync_file_range, "sync_file_range", &R::sync_failed, 3, 0, {0}},
        {SYS_mmap, "mmap", &R::map, 3, MAP_SHARED},
        {SYS_msync, "msync", &R::sync_mapped},
        {SYS_io_submit, "io_submit", &R::submit},
        {SYS_io_uring_setup, "io_uring_setup", &R::make_ring},
        {SYS_setxattrat, "setxattrat", &R::make_ring},
        {SYS_removexattrat, "removexattrat", &R::make_ring},
        {SYS_setuid, "setuid", &R::change_rights},
        {SYS_setgid, "setgid", &R::change_rights},
        {SYS_setreuid, "setreuid", &R::change_rights},
        {SYS_setregid, "setregid", &R::change_rights},
        {SYS_setresuid, "setresuid", &R::change_rights},
        {SYS_setresgid, "setresgid", &R::change_rights},
        {SYS_setgroups, "setgroups", &R::change_rights},
        {SYS_setfsuid, "setfsuid", &R::change_rights},
        {SYS_setfsgid, "setfsgid", &R::change_rights},
        {SYS_capset, "capset", &R::change_rights},
        {SYS_umask, "umask", &R::change_rights},
        {SYS_chroot, "chroot", &R::change_rights},
        {SYS_pivot_root, "pivot_root", &R::change_rights},
        {SYS_unshare, "unshare", &R::change_rights},
        {SYS_setns, "setns", &R::change_rights},
        {SYS_bind, "bind", &R::bind},
        {SYS_execve, "execve", &R::execute},
        {SYS_execveat, "execveat", &R::execute},
    };
    return rows;
}

std::vector<sock_filter> make_recording_filter()
{
    std::vector<sock_filter> program{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
        allow,
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    };
    // One after the other: the kernel keeps a bitmap of the numbers that pass whatever their arguments.
    for (const auto& row : RecordServer::rows()) {
        std::vector<sock_filter> then;
        if (row.argument >= 0)
            then.push_back(
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                         static_cast<std::uint32_t>(offsetof(seccomp_data, args) +
                                                    sizeof(std::uint64_t) * static_cast<unsigned>(row.argument))));
        for (const auto value : row.one_of) {
            then.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
            then.push_back(notify);
        }
        if (row.any_of != 0) {
            then.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, row.any_of, 0, 1));
            then.push_back(notify);
        }
        then.push_back(row.argument >= 0 ? allow : notify);
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(row.number), 0,
                                   static_cast<std::uint8_t>(then.size())));
        program.insert(program.end(), then.begin(), then.end());
    }
    program.push_back(allow);
    return program;
}

} // namespace faultline::door
