//! What a receiver says about when it wants to hear from us again.

use std::time::Duration;

use reqwest::{
    StatusCode,
    header::{DATE, HeaderMap, HeaderName, RETRY_AFTER},
};

/// Sentry's own header: `seconds:categories:scope`, separated by commas.
const SENTRY_LIMITS: HeaderName = HeaderName::from_static("x-sentry-rate-limits");
/// What applies to events of ours; an empty list of categories means all.
const CATEGORIES: [&str; 2] = ["error", "default"];
/// What 429 means if it does not say more.
const PLAIN_LIMIT: Duration = Duration::from_secs(60);
/// A header that is wrong must not silence us for ever.
const LONGEST: Duration = Duration::from_secs(3_600);

/// How long the receiver wants to be left alone, if it says so.
pub(super) fn pause(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let asked = if headers.contains_key(SENTRY_LIMITS) {
        let limits = headers.get_all(SENTRY_LIMITS).into_iter().filter_map(|value| value.to_str().ok());
        limits.flat_map(|value| value.split(',')).filter_map(sentry_limit).max()
    } else if status.is_success() {
        None
    } else {
        let plain = (status == StatusCode::TOO_MANY_REQUESTS).then_some(PLAIN_LIMIT);
        retry_after(headers).or(plain)
    };
    asked.map(|pause| pause.min(LONGEST))
}

/// The seconds of one limit, if it applies to us. Seconds that cannot be read count as a minute.
fn sentry_limit(limit: &str) -> Option<Duration> {
    let mut parts = limit.trim().split(':');
    let seconds = parts.next()?.trim();
    let categories = parts.next()?;
    let applies = categories.is_empty() || categories.split(';').any(|category| CATEGORIES.contains(&category.trim()));
    applies.then(|| seconds.parse().map_or(PLAIN_LIMIT, Duration::from_secs))
}

/// In seconds, or as a date, which is compared with the receiver's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::{
        StatusCode,
        header::{HeaderMap, HeaderName},
    };

    fn pause(status: u16, headers: &[(&'static str, &'static str)]) -> Option<u64> {
        let header =
            |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().expect("text"));
        let headers: HeaderMap = headers.iter().map(header).collect();
        super::pause(StatusCode::from_u16(status).expect("a status"), &headers).as_ref().map(Duration::as_secs)
    }

    #[test]
    fn a_limit_counts_when_its_category_is_ours_or_all() {
        let limit = |value| pause(429, &[("x-sentry-rate-limits", value), ("retry-after", "5")]);

        assert_eq!(limit("60:transaction:key, 2700:default;error:organization:quota"), Some(2_700));
        assert_eq!(limit("60::organization"), Some(60));
        assert_eq!(limit("60:transaction;session:key"), None);
        assert_eq!(limit("soon:error:key"), Some(60));
        assert_eq!(limit("99999999:error:key"), Some(3_600));
        assert_eq!(limit("rubbish"), None);
        assert_eq!(pause(200, &[("x-sentry-rate-limits", "30:error:key")]), Some(30));
    }

    #[test]
    fn a_plain_limit_is_in_seconds_or_a_date_or_a_minute() {
        let (date, later) = ("Wed, 25 Nov 2026 08:00:00 GMT", "Wed, 25 Nov 2026 08:00:07 GMT");

        assert_eq!(pause(429, &[("retry-after", "5")]), Some(5));
        assert_eq!(pause(503, &[("retry-after", later), ("date", date)]), Some(7));
        assert_eq!(pause(503, &[("retry-after", date), ("date", later)]), Some(0));
        assert_eq!((pause(429, &[]), pause(503, &[])), (Some(60), None));
        assert_eq!(pause(202, &[("retry-after", "5")]), None);
    }
}
