//! The OpenAPI document, made from the table of routes and the shapes themselves so that it cannot drift from them.

use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    router::{Answers, Route, Takes, table},
    wire::problem::ProblemBody,
};

/// The document.
pub(crate) fn document() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<ProblemBody>().to_value();
    let mut paths = Map::new();
    for route in table() {
        let operation = operation(&route, &problem, &mut generator);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.as_str().to_ascii_lowercase(), operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Braincase", "version": env!("CARGO_PKG_VERSION"), "license": { "name": "MIT OR Apache-2.0" } },
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": { "admin_key": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(route: &Route, problem: &Value, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "summary": route.summary,
        "operationId": operation_id(route),
        "parameters": parameters(route, generator),
        "responses": {
            route.status.as_str(): answer(route, generator),
            "default": {
                "description": "What was wrong and what is expected",
                "content": { "application/problem+json": { "schema": problem } },
            },
        },
    });
    if route.path.starts_with("/admin/") {
        operation["security"] = json!([{ "admin_key": [] }]);
    }
    let content = match route.takes {
        Takes::Nothing => return operation,
        Takes::Json(schema) => json!({ "application/json": { "schema": schema(generator) } }),
        Takes::Image => image_content(),
    };
    operation["requestBody"] = json!({ "required": true, "content": content });
    operation
}

fn answer(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let description = route.status.canonical_reason().unwrap_or_default();
    let content = match route.answers {
        Answers::Nothing => return json!({ "description": description }),
        Answers::Json(schema) => json!({ "application/json": { "schema": schema(generator) } }),
        Answers::Text => json!({ "text/plain": { "schema": { "type": "string" } } }),
        Answers::Events => json!({ "text/event-stream": { "schema": { "type": "string" } } }),
    };
    json!({ "description": description, "content": content })
}

fn parameters(route: &Route, generator: &mut SchemaGenerator) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Value> = in_path
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    let Some(query) = route.query else { return parameters };
    // Query shapes are flat and used nowhere else: their properties become parameters.
    let reference = query(generator).to_value();
    let name = reference["$ref"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned();
    let schema = generator.definitions().get(&name).cloned().unwrap_or_default();
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        parameters.push(json!({ "name": name, "in": "query", "required": false, "schema": schema }));
    }
    parameters
}

fn image_content() -> Value {
    let binary = json!({ "schema": { "type": "string", "format": "binary" } });
    json!({
        "image/*": binary,
        "application/octet-stream": binary,
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image"],
                "properties": { "image": { "type": "string", "format": "binary" } },
            },
        },
    })
}

fn operation_id(route: &Route) -> String {
    let words = route.path.split(['/', '.']).filter(|part| !part.is_empty() && *part != "v1");
    let words = words.map(|part| part.trim_matches(['{', '}']));
    let words = std::iter::once(route.method.as_str()).chain(words).map(str::to_ascii_lowercase);
    words.collect::<Vec<_>>().join("_")
}
