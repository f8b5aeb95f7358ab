# bash completion for rediserve(8). Generated from src/config/options.cpp by generate_config; do not edit.

_rediserve()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
    case $previous in
    --access | --srh-tokens | --config)
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames
        return
        ;;
    --data)
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        compopt -o filenames
        return
        ;;
    --threads | --listen | --token | --redis | --principal | --name | --expires | --jwt | --timeout)
        return
        ;;
    esac
    case ${COMP_WORDS[1]} in
    token) words='new --principal --name --expires --help' ;;
    check) words='--token --principal --jwt --threads --listen --access --srh-tokens --insecure-no-auth --redis --embedded --data --config --help' ;;
    healthcheck) words='--ready --timeout --token --threads --listen --access --srh-tokens --insecure-no-auth --redis --embedded --data --config --help' ;;
    *) words='--threads --listen --token --access --srh-tokens --insecure-no-auth --redis --embedded --data --config --check-config --print-config --version --help' ;;
    esac
    ((COMP_CWORD > 1)) || words+=' token check healthcheck'
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _rediserve rediserve
