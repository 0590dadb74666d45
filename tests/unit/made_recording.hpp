// Recordings made in memory, operation by operation: what a test says that a program did to files.
#pragma once

#include "door/recording.hpp"

#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace faultline::power {

class MadeRecording {
public:
    static constexpr door::InodeId root{1};
    static constexpr std::uint64_t device = 7;

    MadeRecording()
    {
        made_.inodes.resize(1);
        inode(true, S_IFDIR | 0755);
        made_.roots.push_back({"/r", root});
    }

    /// A file that was there before.
    door::InodeId had(const std::string& name, std::string_view content, door::InodeId directory = root)
    {
        const auto id = inode(true, S_IFREG | 0644);
        auto& file = made_.inodes.back();
        file.size = content.size();
        file.content_kept = true;
        if (!content.empty()) file.content.emplace_back(0, bytes(content));
        made_.entries.push_back({{directory, name}, id});
        return id;
    }
    door::InodeId had_directory(const std::string& name)
    {
        const auto id = inode(true, S_IFDIR | 0755);
        made_.entries.push_back({{root, name}, id});
        return id;
    }

    door::InodeId create(const std::string& name, door::InodeId directory = root)
    {
        const auto id = inode(false, 0);
        auto& operation = add(door::Did::create, id);
        operation.to = {directory, name};
        operation.attributes.mode = S_IFREG | 0600;
        return id;
    }
    door::Operation& write(door::InodeId file, std::uint64_t offset, std::string_view content)
    {
        auto& operation = add(door::Did::write, file);
        operation.offset = offset;
        operation.bytes = bytes(content);
        return operation;
    }
    door::Operation& truncate(door::InodeId file, std::uint64_t size)
    {
        auto& operation = add(door::Did::truncate, file);
        operation.size = size;
        return operation;
    }
    door::Operation& allocate(door::InodeId file, std::uint64_t offset, std::uint64_t size, std::uint32_t flags)
    {
        auto& operation = add(door::Did::allocate, file);
        operation.offset = offset;
        operation.size = size;
        operation.flags = flags;
        return operation;
    }
    door::Operation& rename(door::InodeId file, const std::string& from, const std::string& to,
                            door::InodeId replaced = door::InodeId::none)
    {
        auto& operation = add(door::Did::rename, file);
        operation.from = {root, from};
        operation.to = {root, to};
        operation.replaced = replaced;
        return operation;
    }
    door::Operation& link(door::InodeId file, const std::string& to)
    {
        auto& operation = add(door::Did::link, file);
        operation.to = {root, to};
        return operation;
    }
    door::Operation& unlink(door::InodeId file, const std::string& name)
    {
        auto& operation = add(door::Did::unlink, file);
        operation.from = {root, name};
        return operation;
    }
    door::Operation& mode(door::InodeId file, std::uint32_t mode)
    {
        auto& operation = add(door::Did::attributes, file);
        operation.attributes.mode = S_IFREG | mode;
        return operation;
    }
    door::Operation& sync(door::InodeId file) { return add(door::Did::sync, file); }
    door::Operation& sync_failed(door::InodeId file) { return add(door::Did::sync_failed, file); }
    door::Operation& reverted(door::InodeId file, std::uint64_t offset, std::string_view content)
    {
        auto& operation = write(file, offset, content);
        operation.did = door::Did::reverted;
        return operation;
    }
    door::Operation& sync_data(door::InodeId file) { return add(door::Did::sync_data, file); }
    door::Operation& sync_system(std::uint64_t of)
    {
        auto& operation = add(door::Did::sync_system, door::InodeId::none);
        operation.device = of;
        return operation;
    }
    door::Operation& close(door::InodeId file) { return add(door::Did::release, file); }
    door::Operation& say(std::string_view line)
    {
        auto& operation = add(door::Did::acknowledge, door::InodeId::none);
        operation.bytes = bytes(line);
        return operation;
    }

    /// Valid for as long as this is, and nothing is added.
    const door::Recording& get()
    {
        if (std::exchange(held_, data_.size()) != data_.size()) made_.hold(data_);
        return made_;
    }

private:
    door::InodeId inode(bool existed, std::uint32_t mode)
    {
        door::Inode inode;
        inode.id = static_cast<door::InodeId>(made_.inodes.size());
        inode.existed = existed;
        inode.device = device;
        inode.attributes.mode = mode;
        made_.inodes.push_back(inode);
        return inode.id;
    }
    door::Operation& add(door::Did did, door::InodeId inode)
    {
        auto& operation = made_.operations.emplace_back();
        operation.did = did;
        operation.inode = inode;
        operation.device = device;
        operation.begin = ++clock_;
        operation.end = ++clock_;
        return operation;
    }
    door::Bytes bytes(std::string_view content)
    {
        data_ += content;
        return {data_.size() - content.size(), content.size()};
    }

    door::Recording made_;
    std::string data_;
    std::size_t held_ = 0;
    std::uint64_t clock_ = 0;
};

} // namespace faultline::power
