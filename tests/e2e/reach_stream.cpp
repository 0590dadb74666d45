#include "host.hpp"

#include <fstream>
#include <iostream>

int main()
{
    std::cout << "lost" << std::flush; // std::cout → fwrite
    IS(std::cout.good(), false);
    std::ofstream file("out"); // std::ofstream → fopen
    IS(file.is_open(), false);
    return 0;
}
