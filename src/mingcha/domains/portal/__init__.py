"""Portal (公开页面): what anybody may read; here the data dictionary (数据字典)."""
