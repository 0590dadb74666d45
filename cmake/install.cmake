# What `cmake --install` puts where, and how other projects find it. debian/ makes packages of it.
include(CMakePackageConfigHelpers)

install(TARGETS faultline EXPORT faultline_targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
# The preload is the library that programs link, under the name by which the command finds it.
install(CODE "file(MAKE_DIRECTORY \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/faultline\")
file(CREATE_LINK ../libfaultline.so.0
    \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/faultline/libfaultline.so\" SYMBOLIC)")
install(TARGETS faultline_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/faultline DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set(FAULTLINE_PYTHONDIR lib/python3/dist-packages CACHE PATH "where the Python module goes, below the prefix (Debian's)")
install(FILES python/faultline.py DESTINATION ${FAULTLINE_PYTHONDIR})
install(FILES README.md notes.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(DIRECTORY config/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/faultline)
install(EXPORT faultline_targets NAMESPACE faultline:: FILE faultlineConfig.cmake DESTINATION ${package_directory})
write_basic_package_version_file(faultlineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/faultlineConfigVersion.cmake DESTINATION ${package_directory})
# Relative to its own place, so that a tree that is moved or installed elsewhere still works.
file(RELATIVE_PATH prefix_from_pkgconfig /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/faultline.pc.in faultline.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/faultline.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The man pages: man/NAME.SECTION.scd, where there is scdoc to make them. faultline(1) lists the subcommands.
find_program(SCDOC scdoc)
if(SCDOC AND PROJECT_IS_TOP_LEVEL)
  file(GLOB pages CONFIGURE_DEPENDS man/*.scd)
  set(manuals "")
  add_executable(subcommands src/tools/print_subcommands.cpp)
  target_link_libraries(subcommands PRIVATE command)
  set_target_properties(subcommands PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tools)
  add_custom_command(OUTPUT subcommands.scd COMMAND subcommands > subcommands.scd DEPENDS subcommands VERBATIM)
  foreach(page IN LISTS pages)
    get_filename_component(name ${page} NAME_WLE)
    string(REGEX MATCH "[0-9]$" section ${name})
    set(made ${PROJECT_BINARY_DIR}/man/man${section}/${name}.gz)
    add_custom_command(OUTPUT ${made} DEPENDS ${page} subcommands.scd VERBATIM
        COMMAND sh -c "mkdir -p \"$(dirname \"$3\")\" && sed -e '/^@SUBCOMMANDS@/{r subcommands.scd' -e 'd}' \"$2\" | \"$1\" | gzip -9n >\"$3\""
                sh ${SCDOC} ${page} ${made})
    list(APPEND manuals ${made})
  endforeach()
  add_custom_target(manuals ALL DEPENDS ${manuals})
  install(DIRECTORY ${PROJECT_BINARY_DIR}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR})
endif()

install(FILES completions/faultline.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME faultline)
install(FILES completions/_faultline DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES completions/faultline.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
