//! Strings the flow together: read the site, let the server answer, ask every rule, keep what was asked about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::answer::{Area, Because, Cause, Server, Startup, Survey, Target};
use crate::audit::{Silence, Watch, audit};
use crate::config::{Config, FailOn, Modules, RuleName};
use crate::credentials::Credentials;
use crate::finding::{Finding, Logins, Outcome};
use crate::hash::Crypt;
use crate::read::{Account, Choice, Discovery, Files, Kind as FileKind, Mapping, PathMap, Unread, discover};
use crate::readers::{Tree, judge, judge_as};
use crate::report::Report;
use crate::rules::{self, Case};
use crate::servers::apache::{Ground, ModuleSet, Override, Profile, Site, load};
use crate::servers::{Kind, open};
use crate::source::{FileId, Sources};
use crate::stop::Stop;

/// What to look at, and what is known of the server.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The folder that relative paths start from; absolute.
    pub here: PathBuf,
    /// What to look at; empty: `here`, or what the main configuration reaches.
    pub paths: Vec<PathBuf>,
    /// The main configuration of the server.
    pub config: Option<PathBuf>,
    /// The server; `None`: told from the files.
    pub server: Option<Kind>,
    /// Gitignore-like patterns of what is left out.
    pub excludes: Vec<String>,
    /// Where paths of the server lie here.
    pub maps: Vec<(String, PathBuf)>,
    /// The folder under which the server's whole file system lies.
    pub root: Option<PathBuf>,
    /// The folder that the server shows at `/`.
    pub docroot: Option<PathBuf>,
    /// Whether this machine is the server.
    pub on_host: bool,
    /// The account of the server's workers; `None`: Debian's.
    pub run_as: Option<String>,
    /// Names defined on the server's command line.
    pub defines: BTreeMap<String, Option<String>>,
    /// Variables of the server's environment.
    pub env: BTreeMap<String, String>,
    /// Which crypt(3) stands behind the server.
    pub crypt: Crypt,
    /// Logins to try where their users are known.
    pub credentials: Credentials,
    /// Whether obvious passwords are tried on every entry, and these as well; `None`: they are not.
    pub audit: Option<Vec<Vec<u8>>>,
}

/// What a look came to.
#[derive(Debug)]
pub struct Checked {
    /// What to report.
    pub report: Report,
    /// The least severity that fails, as `htlint.toml` has it.
    pub fail_on: Option<FailOn>,
    /// The users among the given logins that no area knows.
    pub strangers: Vec<Vec<u8>>,
}

/// Looks at files and trees.
///
/// # Errors
/// Whatever keeps htlint from looking at all; a fault in a file that it looks at is a finding.
pub fn check(files: &dyn Files, options: &Options) -> Result<Checked, Stop> {
    check_watched(files, options, &Silence)
}

/// The same, with somebody who watches the part that takes long: [`Options::audit`].
///
/// # Errors
/// As [`check`].
pub fn check_watched(files: &dyn Files, options: &Options, watch: &dyn Watch) -> Result<Checked, Stop> {
    if let Some(main) = &options.config {
        return check_main(files, options, main, watch);
    }
    let named = if options.paths.is_empty() { vec![options.here.clone()] } else { options.paths.clone() };
    let config = config(files, options, &named)?;
    let profile = profile(options, &config)?;
    let projects = discover(files, &options.here, &named, &choice(options, &config)?).map_err(Stop::Unread)?;
    let mut report = Report::default();
    for project in &projects {
        look(files, options, &config, &profile, project, watch, &mut report)?;
    }
    report.findings.retain(|finding| is_selected(&config, finding));
    let strangers = strangers(options, &report);
    Ok(Checked { report, fail_on: config.fail_on, strangers })
}

/// Looks at all that a main configuration reaches; with paths, only what concerns them is told.
fn check_main(files: &dyn Files, options: &Options, main: &Path, watch: &dyn Watch) -> Result<Checked, Stop> {
    let main: PathBuf = options.here.join(main).components().collect();
    let kind = options.server.or_else(|| Kind::of_config(&main)).ok_or_else(|| Stop::NoServer(main.clone()))?;
    let config = config(files, options, std::slice::from_ref(&main))?;
    let paths = paths_for(files, options, &main)?;
    let mut report = Report::default();
    let target = target(files, options, &config, &paths, &main);
    let server = open(kind, &target, &report.sources)
        .map_err(|fault| Stop::Unread(vec![Unread { path: main.clone(), fault }]))?;
    let mut survey = server.survey();
    if let Startup::Fails(because) = server.startup() {
        survey = survey.refused(&because);
        report.refusal = because.first().and_then(|first| refusal(first, &report.sources, &options.here));
    }
    drop(server);
    if let Some(more) = &options.audit {
        survey.remarks.extend(audit(&survey, more, watch));
    }
    let wanted: Vec<PathBuf> =
        options.paths.iter().map(|path| options.here.join(path).components().collect()).collect();
    let concerns = |file: FileId| {
        let path = report.sources.get(file).map(|source| source.path());
        wanted.is_empty() || path.is_some_and(|path| wanted.iter().any(|wanted| path.starts_with(wanted)))
    };
    let findings = rules::run(&case(&survey, &report.sources, &options.here));
    let findings = findings.into_iter().filter(|finding| {
        let told = finding.related.iter().map(|label| label.place.file).chain([finding.place.file]);
        is_selected(&config, finding) && told.into_iter().any(concerns)
    });
    let findings: Vec<Finding> = findings.collect();
    survey.areas.retain(|area| area.decided_by.iter().any(|file| concerns(*file)));
    report.files = report.sources.iter().count();
    report.findings = findings;
    report.areas = survey.areas;
    let strangers = strangers(options, &report);
    Ok(Checked { report, fail_on: config.fail_on, strangers })
}

/// The reason that a server which does not start would tell first, in words.
fn refusal(because: &Because, sources: &Sources, folder: &Path) -> Option<Finding> {
    let outcome = Outcome { logins: Some(Logins::None), status: None };
    rules::explain(&Cause { because: because.clone(), outcome }, sources, folder)
}

/// The machine of the server, as options and `htlint.toml` tell.
pub(crate) fn target<'a>(
    files: &'a dyn Files,
    options: &'a Options,
    config: &'a Config,
    paths: &'a PathMap,
    main: &'a Path,
) -> Target<'a> {
    let apache = &config.apache;
    let mut target = Target {
        files,
        paths,
        config: main,
        run_as: options.run_as.as_deref().or(apache.run_as.as_deref()),
        defines: apache.define.clone(),
        env: apache.env.clone(),
        crypt: options.crypt,
        credentials: &options.credentials,
    };
    target.defines.extend(options.defines.clone());
    target.env.extend(options.env.clone());
    target
}

/// What the rules see of a survey.
fn case<'a>(survey: &'a Survey, sources: &'a Sources, folder: &'a Path) -> Case<'a> {
    let Survey { areas, causes, remarks, user_files } = survey;
    Case { causes, areas, remarks, user_files, sources, folder }
}

/// Looks at one project and adds what it finds to the report.
fn look(
    files: &dyn Files,
    options: &Options,
    config: &Config,
    profile: &Profile,
    project: &Discovery,
    watch: &dyn Watch,
    report: &mut Report,
) -> Result<(), Stop> {
    let paths = paths(options, config, project)?;
    let account = account(files, options, config)?;
    let ground = Ground { files, paths: &paths, account: account.as_ref() };
    let tree = Tree { files, paths: &paths, discovery: project, crypt: options.crypt, sources: &report.sources };
    let (mut survey, asked) = match options.server.filter(|kind| *kind != Kind::Apache) {
        Some(kind) => judge_as(kind, tree, &user_files(options, project)).ok_or(Stop::NeedsConfig(kind))?,
        None => {
            let loaded = load(&ground, project, profile, &report.sources);
            let mut asked = loaded.asked();
            let site = Site::new(&report.sources, loaded, profile.clone(), project.root.clone());
            let docroot = options.docroot.as_ref().map(|docroot| options.here.join(docroot));
            let mut survey = site.shown_from(docroot).trying(options.credentials.clone()).survey();
            asked.extend(judge(tree, &mut survey, &|path| is_named(options, path)));
            (survey, asked)
        }
    };
    let asked: BTreeSet<FileId> = asked.into_iter().collect();
    if let Some(more) = &options.audit {
        survey.remarks.extend(audit(&survey, more, watch));
    }
    for area in &mut survey.areas {
        area.path = url_path(options, area);
    }
    let findings = rules::run(&case(&survey, &report.sources, &options.here));
    survey.areas.retain(|area| area.decided_by.iter().any(|file| asked.contains(file)));
    let deciding = survey.areas.iter().flat_map(|area| &area.decided_by).copied().collect();
    let findings = findings.into_iter().filter(|finding| is_asked(finding, &asked, &deciding));
    report.findings.extend(findings);
    if !project.configs.is_empty() {
        report.say_once();
    }
    report.areas.extend(survey.areas);
    report.files += report.sources.paths(&asked).len();
    Ok(())
}

/// The password files that were asked about, by their names or named themselves.
fn user_files(options: &Options, project: &Discovery) -> Vec<PathBuf> {
    let known = project.found.iter().filter(|found| found.named && found.kind == FileKind::UserFile);
    let known: BTreeSet<PathBuf> = known.map(|found| found.path.clone()).collect();
    let named = options.paths.iter().map(|path| options.here.join(path).components().collect::<PathBuf>());
    known
        .into_iter()
        .chain(named.filter(|path| project.files.contains(path)))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// Whether a path is one that was asked about, or lies below one.
fn is_named(options: &Options, path: &Path) -> bool {
    let below = |named: &PathBuf| path.starts_with(options.here.join(named).components().collect::<PathBuf>());
    if options.paths.is_empty() { path.starts_with(&options.here) } else { options.paths.iter().any(below) }
}

/// The users among the given logins whose passwords were tried nowhere.
fn strangers(options: &Options, report: &Report) -> Vec<Vec<u8>> {
    let known = |user: &Vec<u8>| report.areas.iter().flat_map(|area| &area.people).any(|person| person.name == *user);
    options.credentials.keys().filter(|user| !known(user)).cloned().collect()
}

/// Whether a finding stands in a file that was asked about, or in one that decides with it on an area.
fn is_asked(finding: &Finding, asked: &BTreeSet<FileId>, deciding: &BTreeSet<FileId>) -> bool {
    let file = finding.place.file;
    let mut told = finding.related.iter().map(|label| label.place.file).chain([file]);
    deciding.contains(&file) || told.any(|file| asked.contains(&file))
}

/// The URL path of an area's folder, where the document root is known.
fn url_path(options: &Options, area: &Area) -> Option<String> {
    let docroot = options.here.join(options.docroot.as_ref()?);
    let below = area.directory.as_ref()?.strip_prefix(&docroot).ok()?;
    let names = below.components().map(|name| name.as_os_str().to_string_lossy().into_owned());
    Some(std::iter::once(String::new()).chain(names).chain([String::new()]).collect::<Vec<_>>().join("/"))
}

pub(crate) fn config(files: &dyn Files, options: &Options, named: &[PathBuf]) -> Result<Config, Stop> {
    let from =
        named.first().map_or_else(|| options.here.clone(), |path| options.here.join(path).components().collect());
    let config = Config::seek(files, &from).map_err(Stop::Config)?.unwrap_or_default();
    let rules = config.select.iter().flatten().chain(&config.ignore);
    match rules.into_iter().find(|rule| rules::find(&rule.name).is_none()) {
        Some(unknown) => Err(Stop::NoRule(config.path.clone(), unknown.clone())),
        None => Ok(config),
    }
}

fn choice(options: &Options, config: &Config) -> Result<Choice, Stop> {
    let mut choice = Choice::default();
    choice.excludes.add(&options.here, &options.excludes).map_err(Stop::Glob)?;
    choice.excludes.add(config.folder(), &config.exclude).map_err(Stop::Glob)?;
    if let Some(names) = &config.apache.access_file_names {
        choice.access_file_names.clone_from(names);
    }
    Ok(choice)
}

fn profile(options: &Options, config: &Config) -> Result<Profile, Stop> {
    let apache = &config.apache;
    let modules = match &apache.modules {
        None | Some(Modules::All) => ModuleSet::all(),
        Some(Modules::DebianDefault) => ModuleSet::debian_default(),
        Some(Modules::These(names)) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let (modules, unknown) = ModuleSet::named(&names);
            if let Some(name) = unknown.first() {
                return Err(Stop::Value(config.path.clone(), "apache.modules", (*name).to_owned()));
            }
            modules
        }
    };
    let mut profile = Profile { modules, modules_told: apache.modules.is_some(), ..Profile::default() };
    for word in apache.allow_override.iter().flatten() {
        let unknown = || Stop::Value(config.path.clone(), "apache.allow-override", word.clone());
        Override::granted(&[word]).ok_or_else(unknown)?;
    }
    if let Some(words) = &apache.allow_override {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        profile.allow_override = Override::granted(&words).unwrap_or(profile.allow_override);
    }
    if let Some(root) = &apache.server_root {
        profile.server_root.clone_from(root);
    }
    profile.platform = options.crypt;
    profile.defines = apache.define.clone();
    profile.defines.extend(options.defines.clone());
    profile.env = apache.env.clone();
    profile.env.extend(options.env.clone());
    Ok(profile)
}

fn paths(options: &Options, config: &Config, project: &Discovery) -> Result<PathMap, Stop> {
    mapped(options, config, PathMap::default().project(&project.root, &project.files))
}

/// Where the paths of the server lie whose main configuration this is.
pub(crate) fn paths_for(files: &dyn Files, options: &Options, main: &Path) -> Result<PathMap, Stop> {
    let config = config(files, options, std::slice::from_ref(&main.to_owned()))?;
    let folder = main.parent().unwrap_or(main).to_owned();
    mapped(options, &config, PathMap::default().own(folder))
}

fn mapped(options: &Options, config: &Config, mut paths: PathMap) -> Result<PathMap, Stop> {
    for (server, local) in &options.maps {
        let local = local.to_string_lossy();
        paths = paths.mapped(Mapping::new(server, &local, &options.here).map_err(Stop::Map)?);
    }
    for mapping in &config.paths {
        paths = paths.mapped(mapping.clone());
    }
    if let Some(root) = &options.root {
        paths = paths.below(options.here.join(root));
    }
    Ok(if options.on_host { paths.on_host() } else { paths })
}

/// The account of the workers, where this machine is the server.
fn account(files: &dyn Files, options: &Options, config: &Config) -> Result<Option<Account>, Stop> {
    if !options.on_host {
        return Ok(None);
    }
    let told = options.run_as.as_ref().or(config.apache.run_as.as_ref());
    let name = told.map_or("www-data", String::as_str);
    match (Account::named(name, files), told) {
        (None, Some(_)) => Err(Stop::NoAccount(name.to_owned())),
        (account, _) => Ok(account),
    }
}

fn is_selected(config: &Config, finding: &Finding) -> bool {
    let named = |rules: &[RuleName]| rules.iter().any(|rule| rule.name == finding.rule.0);
    config.select.as_ref().is_none_or(|rules| named(rules)) && !named(&config.ignore)
}
