// expect: corrupt
// check: test "$(wc -c < in.txt)" -eq 11
#include "corpus.h"

#include <fstream>
#include <sstream>
#include <string>

int main()
try {
    std::ifstream in("in.txt");
    std::stringstream text;
    if (!in || !(text << in.rdbuf())) return failed("read");
#ifdef SOUND
    const std::string path = "in.new";
#else
    const std::string path = "in.txt";
#endif
    std::string bytes = text.str();
    if (bytes.size() != 11) return failed("read");
    bytes[0] = 'A';
    std::ofstream out(path);
    out << bytes;
    out.close();
    if (out && path != "in.txt" && rename(path.c_str(), "in.txt") != 0) out.setstate(std::ios::badbit);
    if (!out && path != "in.txt") unlink(path.c_str());
    return out ? 0 : failed("write");
} catch (const std::exception& error) {
#ifdef SOUND
    unlink("in.new");
#endif
    return failed("allocation");
}
