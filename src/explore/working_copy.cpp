#include "explore/working_copy.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace faultline::explore {

namespace {

bool is_same(const timespec& one, const timespec& other)
{
    return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

} // namespace

WorkingCopy::WorkingCopy(std::string original, std::string path, std::string aside, TreeLimits limits)
    : original_(std::move(original)), path_(std::move(path)), aside_(std::move(aside)), limits_(limits)
{}

std::string WorkingCopy::refresh()
{
    if (!is_laid_out_) return lay_out();
    if (!is_read_) {
        Tree unused;
        read(unused);
    }
    is_read_ = false;
    const bool restored = restore("");
    if (set_aside_ != 0) {
        empty_directory(aside_);
        ::rmdir(aside_.c_str());
        set_aside_ = 0;
    }
    return restored ? std::string() : lay_out(); // a run may leave what we may not move
}

std::string WorkingCopy::lay_out()
{
    is_laid_out_ = false;
    empty_directory(path_);
    if (!original_.empty())
        if (auto problem = copy_tree(original_, path_, {}, limits_); !problem.empty()) return problem;
    pristine_.clear();
    laid_out_.clear();
    order_.clear();
    read_tree(path_, "", pristine_, &laid_out_);
    struct stat status {};
    if (::lstat(path_.c_str(), &status) != 0) return fmt::format("{} is gone", path_);
    pristine_[""] = {'d', status.st_mode & 07777U, 0, 0};
    note("");
    for (const auto& [name, entry] : pristine_) {
        if (entry.type != 'd' || original_.empty()) continue;
        for (const auto& each : names_in(original_ + name))
            if (auto below = fmt::format("{}/{}", name, each); pristine_.contains(below))
                order_[name].push_back(std::move(below));
    }
    is_laid_out_ = true;
    return {};
}

void WorkingCopy::read(Tree& tree)
{
    seen_.clear();
    seen_stamps_.clear();
    read_tree(path_, "", seen_, &seen_stamps_);
    for (const auto& [name, entry] : seen_)
        tree["work" + name] = entry;
    seen_[""] = pristine_[""]; // its mode is a matter of its stamp
    seen_stamps_[""] = stamp_of(path_);
    is_read_ = true;
}

/// Whether it is the one that was laid out, whatever became of it.
bool WorkingCopy::is_there(const std::string& name) const
{
    const auto stamp = seen_stamps_.find(name);
    return stamp != seen_stamps_.end() && stamp->second.inode == laid_out_.at(name).inode &&
           seen_.at(name).type == pristine_.at(name).type;
}

/// Whether nothing was done to it, nor to a directory's list of names. A store into a mapping of a file in memory may show
/// in its contents alone.
bool WorkingCopy::is_intact(const std::string& name) const
{
    return is_there(name) && is_same(seen_stamps_.at(name).changed, laid_out_.at(name).changed) &&
           seen_.at(name) == pristine_.at(name);
}

/// A directory that is the one that was laid out, though not all that is in it may be.
bool WorkingCopy::restore(const std::string& name)
{
    const auto& names = order_[name];
    const auto may_stay = [this](const std::string& each) { return is_directory(each) || is_intact(each); };
    if (!is_intact(name) || !std::ranges::all_of(names, may_stay)) return rebuild(name);
    return std::ranges::all_of(
               names, [this](const std::string& each) { return is_directory(each) ? restore(each) : unread(each); }) &&
           unread(name);
}

/// Makes the list of names anew, in the order that a new copy has, of what is intact and new copies of the rest.
bool WorkingCopy::rebuild(const std::string& name)
{
    if (set_aside_ == 0 && ::mkdir(aside_.c_str(), 0700) != 0) return false;
    const auto aside = fmt::format("{}/{}", aside_, set_aside_++);
    const auto path = at(name);
    if (::mkdir(aside.c_str(), 0700) != 0 || ::chmod(path.c_str(), 0700) != 0) return false;
    for (const auto& each : names_in(path))
        if (::rename(fmt::format("{}/{}", path, each).c_str(), fmt::format("{}/{}", aside, each).c_str()) != 0)
            return false;
    return fill(name, aside) && ::listxattr(path.c_str(), nullptr, 0) <= 0 &&
           ::chown(path.c_str(), ::geteuid(), ::getegid()) == 0 &&
           ::chmod(path.c_str(), pristine_.at(name).mode) == 0 && pin(name);
}

/// Into a directory that is empty. `from`: where that of the run is, if there is one.
bool WorkingCopy::fill(const std::string& name, const std::string& from)
{
    return std::ranges::all_of(
        order_[name], [&](const std::string& each) { return put_back(each, from + each.substr(name.size())); });
}

/// `from`: where it is now, if the run has left it.
bool WorkingCopy::put_back(const std::string& name, const std::string& from)
{
    if (is_there(name) && is_directory(name))
        return ::rename(from.c_str(), at(name).c_str()) == 0 && restore(name) && pin(name);
    if (is_directory(name))
        return ::mkdir(at(name).c_str(), 0700) == 0 && fill(name, from) &&
               ::chmod(at(name).c_str(), pristine_.at(name).mode) == 0 && pin(name);
    const bool is_back = is_intact(name) ? ::rename(from.c_str(), at(name).c_str()) == 0
                                         : copy_entry(original_ + name, at(name), limits_).empty();
    return is_back && pin(name);
}

/// Takes back that something was read.
bool WorkingCopy::unread(const std::string& name)
{
    return is_same(seen_stamps_.at(name).accessed, laid_out_.at(name).accessed) || pin(name);
}

/// Gives something the times that it had.
bool WorkingCopy::pin(const std::string& name)
{
    const auto& was = laid_out_.at(name);
    const timespec times[2] = {was.accessed, was.modified};
    if (::utimensat(AT_FDCWD, at(name).c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) return false;
    note(name);
    return true;
}

void WorkingCopy::note(const std::string& name) { laid_out_[name] = stamp_of(at(name)); }

} // namespace faultline::explore
