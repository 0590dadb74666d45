# Sets `commit` to what `faultline --version` names: FAULTLINE_COMMIT where it is given (a package is built from a copy
# without git), else what git describes this directory as, else nothing.
set(FAULTLINE_COMMIT "" CACHE STRING "the commit that --version names (default: git's)")
set(commit "${FAULTLINE_COMMIT}")
find_package(Git QUIET)
if(NOT commit AND GIT_FOUND)
  # Sources that were unpacked inside of another repository are not that repository's: then the prefix is not empty.
  execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --show-prefix --git-path logs/HEAD WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
      OUTPUT_VARIABLE place RESULT_VARIABLE status ERROR_QUIET)
  if(status EQUAL 0 AND place MATCHES "^\n(.+)\n$")
    get_filename_component(log "${CMAKE_MATCH_1}" ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
    if(EXISTS ${log}) # which each commit changes: then this is asked again
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${log})
    endif()
    execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --abbrev=12 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
endif()
