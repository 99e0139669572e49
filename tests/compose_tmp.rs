#![allow(warnings)]
use airlock::compose::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn strs(v: &Value) -> Vec<String> {
    v.as_array()
        .map(|a| a.iter().map(|x| x.as_str().unwrap().to_owned()).collect())
        .unwrap_or_default()
}

fn rootrel(s: &str) -> String {
    if s == "$ROOT" {
        ".".into()
    } else if let Some(r) = s.strip_prefix("$ROOT/") {
        r.into()
    } else {
        s.into()
    }
}

fn service(s: &Service) -> Value {
    let mut o = Map::new();
    o.insert(
        "image".into(),
        json!(s.image.as_ref().map(|i| i.text.clone()).unwrap_or_default()),
    );
    o.insert("default_image".into(), json!(s.default_image));
    if let Some(p) = &s.platform {
        o.insert("platform".into(), json!(p.text));
    }
    if let Some(p) = &s.pull_policy {
        o.insert("pull_policy".into(), json!(p.text));
    }
    if let Some(b) = &s.build {
        let mut m = Map::new();
        m.insert("context".into(), json!(b.context.as_str()));
        if let Some(d) = b.dockerfile.as_ref().filter(|d| !d.text.is_empty()) {
            m.insert("dockerfile".into(), json!(d.text));
        }
        if !b.args.is_empty() {
            m.insert(
                "args".into(),
                json!(
                    b.args
                        .iter()
                        .map(|(k, v)| (k.clone(), v.text.clone()))
                        .collect::<BTreeMap<_, _>>()
                ),
            );
        }
        if let Some(d) = &b.target {
            m.insert("target".into(), json!(d.text));
        }
        if !b.platforms.is_empty() {
            m.insert(
                "platforms".into(),
                json!(
                    b.platforms
                        .iter()
                        .map(|p| p.text.clone())
                        .collect::<Vec<_>>()
                ),
            );
        }
        if !b.additional_contexts.is_empty() {
            m.insert(
                "additional_contexts".into(),
                json!(
                    b.additional_contexts
                        .iter()
                        .map(|(k, (c, t))| (
                            k.clone(),
                            match c {
                                Context::Service(_) => t.text.clone(),
                                _ => c.as_str().to_owned(),
                            }
                        ))
                        .collect::<BTreeMap<_, _>>()
                ),
            );
        }
        if !b.cache_from.is_empty() {
            m.insert(
                "cache_from".into(),
                json!(
                    b.cache_from
                        .iter()
                        .map(|p| p.text.clone())
                        .collect::<Vec<_>>()
                ),
            );
        }
        if let Some(d) = &b.dockerfile_inline {
            use sha2::Digest;
            let h = sha2::Sha256::digest(d.text.as_bytes());
            m.insert(
                "dockerfile_inline_sha256".into(),
                json!(h.iter().map(|b| format!("{b:02x}")).collect::<String>()),
            );
        }
        o.insert("build".into(), Value::Object(m));
    }
    if !s.image_volumes.is_empty() {
        o.insert(
            "image_volumes".into(),
            json!(
                s.image_volumes
                    .iter()
                    .map(|p| p.text.clone())
                    .collect::<Vec<_>>()
            ),
        );
    }
    if !s.pre_start_images.is_empty() {
        o.insert(
            "pre_start_images".into(),
            json!(
                s.pre_start_images
                    .iter()
                    .map(|p| p.text.clone())
                    .collect::<Vec<_>>()
            ),
        );
    }
    if !s.models.is_empty() {
        o.insert("models".into(), json!(s.models));
    }
    Value::Object(o)
}

fn norm(v: &Value) -> Value {
    match v {
        Value::String(s) => json!(rootrel(s)),
        Value::Array(a) => Value::Array(a.iter().map(norm).collect()),
        Value::Object(o) => Value::Object(o.iter().map(|(k, v)| (k.clone(), norm(v))).collect()),
        x => x.clone(),
    }
}

#[test]
fn score() {
    let corpus = PathBuf::from(std::env::var("AIRLOCK_CORPUS").unwrap());
    let (mut ok, mut bad) = (0, 0);
    for f in ["compose-cases.jsonl", "adversarial-cases.jsonl"] {
        for line in std::fs::read_to_string(corpus.join(f)).unwrap().lines() {
            let c: Value = serde_json::from_str(line).unwrap();
            if c["kind"] != "compose" {
                continue;
            }
            let id = c["id"].as_str().unwrap();
            if let Ok(only) = std::env::var("ONLY") {
                if !id.contains(&only) {
                    continue;
                }
            }
            let root = corpus.join(c["root"].as_str().unwrap());
            let rs = root.to_str().unwrap().to_owned();
            // virtual root named by last part of root path
            let vroot = rs.clone();
            let cwd = c["cwd"].as_str().unwrap();
            let sub = |s: &str| s.replace("$ROOT", &vroot);
            let opt = |k: &str| {
                let s = c[k].as_str().unwrap_or("");
                if s.is_empty() { None } else { Some(sub(s)) }
            };
            let req = Request {
                root: vroot.clone(),
                folder: if cwd.is_empty() {
                    vroot.clone()
                } else {
                    format!("{vroot}/{cwd}")
                },
                files: strs(&c["files"]),
                env_files: strs(&c["env_files"]),
                project_directory: opt("project_dir"),
                project_name: opt("project_name"),
                profiles: strs(&c["profiles"]),
                services: strs(&c["services"]),
                environment: c["env"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(k, v)| (k.clone(), sub(v.as_str().unwrap())))
                    .collect(),
            };
            let mut l = Loader::new(req);
            let t = std::time::Instant::now();
            let mut steps = 0;
            let res = loop {
                steps += 1;
                match l.step() {
                    Err(e) => break Err(e),
                    Ok(Step::Done(p)) => break Ok(p),
                    Ok(Step::Needs(p)) => {
                        let full = root.join(&p);
                        let found = match std::fs::metadata(&full) {
                            Err(_) => Found::Missing,
                            Ok(m) if m.is_dir() => Found::Folder,
                            Ok(_) => {
                                let canon = full.canonicalize().unwrap();
                                if !canon.starts_with(root.canonicalize().unwrap()) {
                                    Found::Outside
                                } else {
                                    Found::File(std::fs::read(&full).unwrap().into())
                                }
                            }
                        };
                        l.answer(&p, found);
                    }
                }
            };
            let el = t.elapsed();
            if el.as_millis() > 100 {
                println!("SLOW {id} {el:?} {steps}");
            }
            let e = &c["expect"];
            let mut diffs = vec![];
            match &res {
                Err(err) => {
                    if e["ok"] == true {
                        diffs.push(format!("error {err} [{}]", err.class_name()));
                    } else if e["error_class"] != err.class_name() {
                        diffs.push(format!(
                            "class {} <> {} : {err} | {}",
                            err.class_name(),
                            e["error_class"],
                            e["error"]
                        ));
                    }
                }
                Ok(p) => {
                    if e["ok"] != true {
                        diffs.push(format!(
                            "ok but expected {} {}",
                            e["error_class"], e["error"]
                        ));
                    } else {
                        let mut got = json!({"project_name":p.name,"working_dir":p.working_dir,"files":p.files,
                          "services":p.services.iter().map(|(k,s)|(k.clone(),service(s))).collect::<BTreeMap<_,_>>(),
                          "disabled_services":p.disabled_services.iter().map(|(k,s)|(k.clone(),service(s))).collect::<BTreeMap<_,_>>(),
                          "models":p.models.iter().map(|(k,s)|(k.clone(),s.text.clone())).collect::<BTreeMap<_,_>>()});
                        for k in ["project_name", "working_dir", "files", "models"] {
                            if e.get(k).is_some() && norm(&e[k]) != norm(&got[k]) {
                                diffs.push(format!("{k}: {} <> {}", got[k], e[k]));
                            }
                        }
                        for k in ["services", "disabled_services"] {
                            if let Some(es) = e.get(k) {
                                let es = norm(es);
                                let gs = norm(&got[k]);
                                let ek: Vec<_> = es.as_object().unwrap().keys().collect();
                                let gk: Vec<_> = gs.as_object().unwrap().keys().collect();
                                if ek != gk {
                                    diffs.push(format!("{k} keys {gk:?} <> {ek:?}"));
                                    continue;
                                }
                                for (n, s) in es.as_object().unwrap() {
                                    let g = &gs[n];
                                    for (f, v) in s.as_object().unwrap() {
                                        if matches!(
                                            f.as_str(),
                                            "build_result" | "profiles" | "scale"
                                        ) {
                                            continue;
                                        }
                                        if f == "build" {
                                            for (bf, bv) in v.as_object().unwrap() {
                                                if matches!(
                                                    bf.as_str(),
                                                    "pull" | "dockerfile_inline"
                                                ) {
                                                    continue;
                                                }
                                                let gv = &g["build"][bf];
                                                let gv = if bf == "context"
                                                    || bf == "additional_contexts"
                                                {
                                                    gv.clone()
                                                } else {
                                                    gv.clone()
                                                };
                                                if gv != *bv {
                                                    diffs.push(format!(
                                                        "{k}.{n}.build.{bf}: {gv} <> {bv}"
                                                    ));
                                                }
                                            }
                                        } else if g[f] != *v {
                                            diffs.push(format!("{k}.{n}.{f}: {} <> {v}", g[f]));
                                        }
                                    }
                                    for (f, v) in g.as_object().unwrap() {
                                        if s.get(f).is_none() {
                                            diffs.push(format!("{k}.{n}.{f} extra {v}"));
                                        }
                                    }
                                    if let Some(gb) = g.get("build") {
                                        for (bf, bv) in gb.as_object().unwrap() {
                                            if s["build"].get(bf).is_none() {
                                                diffs
                                                    .push(format!("{k}.{n}.build.{bf} extra {bv}"));
                                            }
                                        }
                                    }
                                }
                            }
                        }
                        if let Some(n) = e.get("service_count") {
                            if n.as_u64() != Some(p.services.len() as u64) {
                                diffs.push("count".into());
                            }
                        }
                    }
                }
            }
            if diffs.is_empty() {
                ok += 1
            } else {
                bad += 1;
                println!("BAD {id}");
                for d in diffs.iter().take(6) {
                    println!("    {d}");
                }
            }
        }
    }
    println!("ok {ok} bad {bad}");
}
