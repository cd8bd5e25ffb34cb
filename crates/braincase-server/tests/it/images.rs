//! Images that are uploaded, and those that are not let in.

use reqwest::{
    Body, Method, Response, StatusCode,
    multipart::{Form, Part},
};
use serde_json::Value;

use crate::app::{TestApp, ok, photograph, refusal, text};

pub(crate) async fn upload(app: &TestApp, project: &str, content_type: &str, body: impl Into<Body>) -> Response {
    let request = app.request(Method::POST, &format!("{project}/images")).header("content-type", content_type);
    request.body(body).send().await.expect("an answer")
}

/// Waits for the end of the analysis by its event.
pub(crate) async fn analysed(app: &TestApp, project: &str, image: &Value) -> Value {
    let mut events = app.watch(&format!("{project}/events")).await;
    while events.until("image.facts_ready").await.last().map(|event| event.data["data"]["image_id"].clone())
        != Some(image["id"].clone())
    {}
    ok(app.get(&format!("{project}/images/{}", text(image, "id"))).await).await
}

#[tokio::test]
async fn a_raw_photograph_is_taken_and_analysed() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let response = upload(&app, &project, "image/png", photograph("coffee.png")).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    let image = ok(response).await;
    assert_eq!(image["status"], "pending");
    let image = analysed(&app, &project, &image).await;
    assert_eq!((&image["status"], &image["format"]), (&"ready".into(), &"png".into()));
    assert!(image["facts"]["palette"][0]["color"].as_str().is_some_and(|color| color.starts_with('#')), "{image}");
}

#[tokio::test]
async fn a_photograph_in_a_form_is_taken() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let part = Part::bytes(photograph("rocket.jpg")).file_name("../../etc/rocket.jpg");
    let request = app.request(Method::POST, &format!("{project}/images")).multipart(Form::new().part("image", part));
    let image = ok(request.send().await.expect("an answer")).await;
    assert_eq!(image["format"], "jpeg");
}

#[tokio::test]
async fn a_form_without_an_image_or_with_something_else_is_refused() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let send = |form| app.request(Method::POST, &format!("{project}/images")).multipart(form).send();
    let empty = send(Form::new()).await.expect("an answer");
    assert_eq!(refusal(empty).await, "400 malformed_form -");
    let other = send(Form::new().text("caption", "hello")).await.expect("an answer");
    assert_eq!(refusal(other).await, "422 invalid_field caption");
}

#[tokio::test]
async fn what_is_no_image_is_refused() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let not_an_image = upload(&app, &project, "image/png", "not an image at all").await;
    assert_eq!(refusal(not_an_image).await, "415 unsupported_image image");
    let wrong_type = upload(&app, &project, "text/plain", "hello").await;
    assert_eq!(refusal(wrong_type).await, "415 wrong_content_type Content-Type");
    let empty = upload(&app, &project, "image/png", "").await;
    assert!(empty.status().is_client_error());
}

#[tokio::test]
async fn a_truncated_image_is_refused() {
    let app = TestApp::start().await;
    let project = app.project().await;
    let mut bytes = photograph("rocket.jpg");
    bytes.truncate(bytes.len() / 2);
    assert_eq!(refusal(upload(&app, &project, "image/jpeg", bytes).await).await, "422 invalid_field image");
}

#[tokio::test]
async fn a_header_that_claims_thirty_thousand_pixels_a_side_is_refused() {
    let app = TestApp::start().await;
    let project = app.project().await;
    assert_eq!(
        refusal(upload(&app, &project, "image/png", png_header(30_000, 30_000)).await).await,
        "413 too_large image"
    );
}

/// The beginning of a PNG that claims a size.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    png.extend(&header);
    png.extend(crc32(&header).to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
