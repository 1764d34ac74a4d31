//! Notifications of the desktop, by the freedesktop protocol. A system without them is not told, and nothing else suffers.

use crate::trouble::Notice;

/// Shows a notice, where there is somebody to show it.
#[cfg(target_os = "linux")]
pub(crate) async fn tell(notice: &Notice) {
    if let Err(error) = show(notice).await {
        tracing::info!(%error, title = notice.title, "there is no notification service to tell this");
    }
}

#[cfg(target_os = "linux")]
async fn show(notice: &Notice) -> zbus::Result<()> {
    use std::collections::HashMap;

    let bus = zbus::Connection::session().await?;
    // Some services read the text as markup.
    let text = notice.text.replace('&', "&amp;").replace('<', "&lt;");
    let none: (&[&str], HashMap<&str, zbus::zvariant::Value<'_>>) = (&[], HashMap::from([("urgency", 2_u8.into())]));
    let body = ("Ampline", 0_u32, "ampline-desktop", notice.title.as_str(), text.as_str(), none.0, none.1, -1_i32);
    let place = "org.freedesktop.Notifications";
    bus.call_method(Some(place), "/org/freedesktop/Notifications", Some(place), "Notify", &body).await?;
    Ok(())
}

/// Other systems are not packaged for yet; the pages and the tray show the same.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn tell(notice: &Notice) {
    tracing::info!(title = notice.title, text = notice.text);
}
